// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The chain of the audit, see chain.h. Called by audit_add for each row, by db_open, `tinbao verify`,
 * backup and recovery. The newest row is remembered in struct db and forgotten at every rollback, so a
 * row costs one hash and no query. What can go wrong: the storage; a chain that is broken is no error
 * but what chain_walk reports, and never keeps the service from going on.
 */
#include "store/chain.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "store/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANCHOR "audit_anchor"
#define BEGIN_WORD "begin" /* as migrate.3.sql leaves it */
#define BATCH 500
#define INT_OCTETS 8

/* What stands in meta: where the chain begins, under a keyed hash of its own. */
struct anchor {
    int64_t cut_id; /* the row before the first; its link is the first one's predecessor */
    uint8_t link[DIGEST_SIZE];
    int64_t begun_id, begun_ms;
};

void chain_word(const uint8_t link[DIGEST_SIZE], char out[CHAIN_WORD_SIZE])
{
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        out[2 * i] = (char)('a' + (link[i] >> 4));
        out[2 * i + 1] = (char)('a' + (link[i] & 15));
    }
    out[CHAIN_WORD_SIZE - 1] = '\0';
}

int chain_word_read(const char *word, uint8_t link[DIGEST_SIZE])
{
    if (strspn(word, "abcdefghijklmnop") < CHAIN_WORD_SIZE - 1)
        return -EINVAL;
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        link[i] = (uint8_t)((word[2 * i] - 'a') << 4 | (word[2 * i + 1] - 'a'));
    return 0;
}

/* --- links -------------------------------------------------------------------------------- */

static void octets(int64_t v, uint8_t out[INT_OCTETS])
{
    for (int i = 0; i < INT_OCTETS; i++)
        out[i] = (uint8_t)((uint64_t)v >> (8 * i));
}

enum { F_ID, F_AT, F_USER, F_INCIDENT, F_MESSAGE, F_COUNT };

/* A row as it is hashed; of the numbers, null says which stand empty. */
struct fields {
    int64_t n[F_COUNT];
    bool null[F_COUNT];
    struct piece action, detail; /* octets: a NUL in a text hides nothing behind it */
};

static void link_of(struct db *db, const uint8_t before[DIGEST_SIZE], const struct fields *f, uint8_t out[DIGEST_SIZE])
{
    uint8_t n[F_COUNT][INT_OCTETS];
    struct piece p[F_COUNT + 3] = {{before, DIGEST_SIZE}};
    for (int i = 0; i < F_COUNT; i++) {
        octets(f->n[i], n[i]);
        p[1 + i] = (struct piece){n[i], f->null[i] ? 0 : INT_OCTETS};
    }
    p[F_COUNT + 1] = f->action;
    p[F_COUNT + 2] = f->detail;
    seal_hash(db->keys.chain, p, ARRAY_LEN(p), out);
}

/* The row that SQL_chain_rows stands on. */
static void read_fields(struct db *db, struct fields *f)
{
    const enum sql_id q = SQL_chain_rows;
    static const int columns[F_COUNT] = {[F_ID] = 0, [F_AT] = 1, [F_USER] = 2, [F_INCIDENT] = 4, [F_MESSAGE] = 5};
    for (int i = 0; i < F_COUNT; i++) {
        f->n[i] = q_get(db, q, columns[i]);
        f->null[i] = q_null(db, q, columns[i]);
    }
    f->action.p = q_bytes(db, q, 3, &f->action.n);
    f->detail.p = q_bytes(db, q, 6, &f->detail.n);
}

/* A column with a link; what is none is no link. */
static bool read_link(struct db *db, enum sql_id q, int col, uint8_t link[DIGEST_SIZE])
{
    size_t n;
    const void *p = q_bytes(db, q, col, &n);
    if (!p || n != DIGEST_SIZE)
        return false;
    memcpy(link, p, DIGEST_SIZE);
    return true;
}

/* --- the anchor --------------------------------------------------------------------------- */

static void anchor_mac(struct db *db, const struct anchor *a, uint8_t mac[DIGEST_SIZE])
{
    uint8_t n[3][INT_OCTETS];
    octets(a->cut_id, n[0]);
    octets(a->begun_id, n[1]);
    octets(a->begun_ms, n[2]);
    struct piece p[] = {
        {"anchor", 6}, {n[0], INT_OCTETS}, {n[1], INT_OCTETS}, {n[2], INT_OCTETS}, {a->link, DIGEST_SIZE}};
    seal_hash(db->keys.chain, p, ARRAY_LEN(p), mac);
}

static int anchor_set(struct db *db, const struct anchor *a)
{
    char text[200], link[CHAIN_WORD_SIZE], mac_word[CHAIN_WORD_SIZE];
    uint8_t mac[DIGEST_SIZE];
    anchor_mac(db, a, mac);
    chain_word(a->link, link);
    chain_word(mac, mac_word);
    snprintf(text, sizeof text, "%" PRId64 " %s %" PRId64 " %" PRId64 " %s", a->cut_id, link, a->begun_id, a->begun_ms,
             mac_word);
    return meta_set(db, ANCHOR, text);
}

/* -ENOENT: there is none, or it is not as it was written. */
static int anchor_get(struct db *db, struct anchor *a)
{
    char text[200], *at = text;
    uint8_t mac[DIGEST_SIZE], want[DIGEST_SIZE];
    memset(a, 0, sizeof *a);
    int rc = meta_get(db, ANCHOR, text, sizeof text);
    if (rc < 0)
        return rc == -EMSGSIZE ? -ENOENT : rc;
    a->cut_id = strtoll(at, &at, 10);
    if (*at++ != ' ' || chain_word_read(at, a->link) < 0)
        return -ENOENT;
    at += CHAIN_WORD_SIZE - 1;
    a->begun_id = strtoll(at, &at, 10);
    a->begun_ms = strtoll(at, &at, 10);
    if (*at++ != ' ' || chain_word_read(at, mac) < 0)
        return -ENOENT;
    anchor_mac(db, a, want);
    return memcmp(mac, want, sizeof mac) == 0 ? 0 : -ENOENT;
}

/* --- writing ------------------------------------------------------------------------------ */

/* A last row without a link (somebody put it there) is no reason to stop: zeros, and verify says it. */
static int read_head(struct db *db, struct chain_head *out)
{
    const enum sql_id q = SQL_chain_last;
    struct anchor a;
    memset(out, 0, sizeof *out);
    int rc = q_one(db, q);
    if (rc == 0) {
        out->id = q_get(db, q, 0);
        out->at_ms = q_get(db, q, 2);
        (void)read_link(db, q, 1, out->link);
        q_end(db, q);
        return 0;
    }
    if (rc != -ENOENT)
        return rc;
    rc = anchor_get(db, &a);
    if (rc == 0) {
        out->id = a.cut_id;
        memcpy(out->link, a.link, DIGEST_SIZE);
    }
    return rc == -ENOENT ? 0 : rc;
}

int chain_head(struct db *db, struct chain_head *out)
{
    return read_head(db, out);
}

int chain_next(struct db *db, const struct audit_row *r, struct chain_row *out)
{
    if (!db->chain_known) {
        struct chain_head h;
        int rc = read_head(db, &h);
        if (rc < 0)
            return rc;
        db->chain_id = h.id;
        memcpy(db->chain_link, h.link, DIGEST_SIZE);
        db->chain_known = true;
    }
    out->id = db->chain_id + 1;
    struct fields f = {.n = {[F_ID] = out->id,
                             [F_AT] = r->at_ms,
                             [F_USER] = r->user_id,
                             [F_INCIDENT] = r->incident_id,
                             [F_MESSAGE] = r->message_id},
                       .null = {[F_USER] = !r->user_id, [F_INCIDENT] = !r->incident_id, [F_MESSAGE] = !r->message_id},
                       .action = {r->action, strlen(r->action)},
                       .detail = {r->detail, strlen(r->detail)}};
    link_of(db, db->chain_link, &f, out->link);
    return 0;
}

void chain_took(struct db *db, const struct chain_row *row)
{
    db->chain_id = row->id;
    memcpy(db->chain_link, row->link, DIGEST_SIZE);
}

/* Links up to BATCH rows after a->begun_id: how many. */
static int link_batch(struct db *db, struct anchor *a, uint8_t link[DIGEST_SIZE])
{
    struct chain_row rows[BATCH];
    struct fields f;
    int n = 0, rc = 0;
    q_i64(db, SQL_chain_rows, 1, a->begun_id);
    q_i64(db, SQL_chain_rows, 2, BATCH);
    while (n < BATCH && (rc = q_row(db, SQL_chain_rows)) == 1) {
        read_fields(db, &f);
        link_of(db, link, &f, rows[n].link);
        memcpy(link, rows[n].link, DIGEST_SIZE);
        rows[n++].id = a->begun_id = f.n[F_ID];
        a->begun_ms = f.n[F_AT];
    }
    q_end(db, SQL_chain_rows);
    if (rc < 0) /* it could not be read: nothing is taken for the end */
        return rc;
    for (int i = 0; i < n; i++) {
        q_i64(db, SQL_chain_link, 1, rows[i].id);
        q_blob(db, SQL_chain_link, 2, rows[i].link, DIGEST_SIZE);
        if ((rc = q_change(db, SQL_chain_link)) < 0)
            return rc;
    }
    return n;
}

static int link_old_rows(struct db *db)
{
    struct anchor a = {.cut_id = 0};
    uint8_t link[DIGEST_SIZE] = {0};
    int n, rc;
    while ((n = link_batch(db, &a, link)) == BATCH)
        ;
    rc = n < 0 ? n : anchor_set(db, &a);
    if (rc == 0 && a.begun_id)
        log_note("the audit is a chain from now on; its %" PRId64 " rows until now are taken as they are", a.begun_id);
    return rc;
}

int chain_begin(struct db *db)
{
    char text[200];
    int rc = meta_get(db, ANCHOR, text, sizeof text);
    if (rc == -ENOENT)
        log_err("the audit's chain has lost its beginning: somebody changed the database; see 'tinbao verify'");
    if (rc < 0 || strcmp(text, BEGIN_WORD) != 0)
        return rc == -ENOENT || rc == -EMSGSIZE ? 0 : rc;
    rc = db_begin(db);
    if (rc == 0)
        rc = link_old_rows(db);
    if (rc == 0)
        rc = db_commit(db);
    if (db_in_transaction(db))
        db_rollback(db);
    return rc;
}

int chain_forget(struct db *db, int64_t before_ms, int max)
{
    const enum sql_id q = SQL_chain_rows;
    struct chain_head head;
    struct anchor a;
    int n = 0, rc = anchor_get(db, &a);
    if (rc == 0)
        rc = read_head(db, &head);
    if (rc < 0) /* a chain without its beginning: nothing is deleted before somebody has looked */
        return rc == -ENOENT ? 0 : rc;
    q_i64(db, q, 1, a.cut_id);
    q_i64(db, q, 2, max);
    while ((rc = q_row(db, q)) == 1 && q_get(db, q, 0) < head.id && q_get(db, q, 1) < before_ms) {
        if (!read_link(db, q, 7, a.link))
            break; /* a row without a link is evidence */
        a.cut_id = q_get(db, q, 0);
        n++;
    }
    q_end(db, q);
    if (rc < 0 || n == 0)
        return rc < 0 ? rc : 0;
    q_i64(db, SQL_chain_forget, 1, a.cut_id);
    rc = q_run(db, SQL_chain_forget);
    if (rc >= 0)
        rc = anchor_set(db, &a);
    return rc < 0 ? rc : n;
}

/* --- reading ------------------------------------------------------------------------------ */

int chain_link_of(struct db *db, int64_t id, uint8_t link[DIGEST_SIZE])
{
    q_i64(db, SQL_chain_at, 1, id);
    int rc = q_one(db, SQL_chain_at);
    if (rc < 0)
        return rc;
    bool there = read_link(db, SQL_chain_at, 0, link);
    q_end(db, SQL_chain_at);
    return there ? 0 : -ENOENT;
}

/* Where the walk stands: the row before, and after a break what else the next row may follow. */
struct walk {
    struct chain_state *out;
    int64_t id;
    uint8_t link[DIGEST_SIZE];
    bool broken;   /* at the row before this one, whose break is not named yet */
    bool had_link; /* it has a link of its own */
    bool gap;      /* and rows were missing before it */
    int64_t bad_from, bad_to, bad_ms;
    uint8_t before[DIGEST_SIZE], should[DIGEST_SIZE];
};

static void name_break(struct walk *w, enum chain_wrong wrong)
{
    struct chain_state *s = w->out;
    w->broken = false;
    if (s->breaks++)
        return;
    s->wrong = wrong;
    s->wrong_id = w->bad_from;
    s->wrong_to = w->bad_to;
    s->wrong_ms = w->bad_ms;
}

/* The row before broke the chain: what this one follows tells how. True when it follows something. */
static bool judge(struct db *db, struct walk *w, const struct fields *f, const uint8_t link[DIGEST_SIZE])
{
    uint8_t got[DIGEST_SIZE];
    const struct {
        const uint8_t *from;
        enum chain_wrong means;
    } tries[] = {{w->link, CHAIN_CHANGED}, /* of a row without a link: the service, behind one that was put there */
                 {w->should, CHAIN_CHANGED},
                 {w->before, CHAIN_ADDED}};
    for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
        link_of(db, tries[i].from, f, got);
        if (memcmp(got, link, DIGEST_SIZE) != 0)
            continue;
        name_break(w, w->gap ? CHAIN_MISSING : i == 0 && !w->had_link ? CHAIN_ADDED : tries[i].means);
        return true;
    }
    name_break(w, w->gap ? CHAIN_MISSING : w->had_link ? CHAIN_CHANGED : CHAIN_ADDED);
    return false;
}

static void walk_row(struct db *db, struct walk *w)
{
    struct fields f;
    uint8_t link[DIGEST_SIZE] = {0}, should[DIGEST_SIZE];
    read_fields(db, &f);
    bool has = read_link(db, SQL_chain_rows, 7, link);
    link_of(db, w->link, &f, should);
    bool fits = has && memcmp(link, should, DIGEST_SIZE) == 0;
    if (w->broken)
        fits = judge(db, w, &f, link) || fits;
    if (!fits) {
        w->broken = true;
        w->had_link = has;
        w->gap = f.n[F_ID] != w->id + 1;
        w->bad_from = w->gap ? w->id + 1 : f.n[F_ID];
        w->bad_to = w->gap ? f.n[F_ID] - 1 : f.n[F_ID];
        w->bad_ms = f.n[F_AT];
        memcpy(w->before, w->link, DIGEST_SIZE);
        memcpy(w->should, should, DIGEST_SIZE);
    }
    w->out->first_id = w->out->first_id ? w->out->first_id : f.n[F_ID];
    w->out->rows++;
    w->id = f.n[F_ID];
    w->out->head = (struct chain_head){.id = w->id, .at_ms = f.n[F_AT]};
    memcpy(w->link, link, DIGEST_SIZE); /* zeros when it has none, as read_head goes on from it */
    memcpy(w->out->head.link, w->link, DIGEST_SIZE);
}

static int walk_batch(struct db *db, struct walk *w)
{
    const enum sql_id q = SQL_chain_rows;
    int rc, n = 0;
    q_i64(db, q, 1, w->id);
    q_i64(db, q, 2, BATCH);
    for (; (rc = q_row(db, q)) == 1; n++)
        walk_row(db, w);
    q_end(db, q);
    return rc < 0 ? rc : n;
}

int chain_walk(struct db *db, struct chain_state *out)
{
    struct walk w = {.out = out};
    struct anchor a;
    memset(out, 0, sizeof *out);
    int n, rc = anchor_get(db, &a);
    if (rc == -ENOENT)
        name_break(&w, CHAIN_ANCHOR);
    else if (rc < 0)
        return rc;
    out->begun_id = a.begun_id;
    out->begun_ms = a.begun_ms;
    out->cut_id = w.id = a.cut_id;
    memcpy(w.link, a.link, DIGEST_SIZE);
    out->head.id = a.cut_id;
    memcpy(out->head.link, a.link, DIGEST_SIZE);
    while ((n = walk_batch(db, &w)) == BATCH)
        ;
    if (w.broken) /* at the last row: nothing follows that tells more */
        name_break(&w, w.gap ? CHAIN_MISSING : w.had_link ? CHAIN_CHANGED : CHAIN_ADDED);
    return n < 0 ? n : 0;
}
