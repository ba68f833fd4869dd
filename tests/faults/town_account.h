// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The account of a life in the town: all that the database says of it in lines that do not depend on chance (codes,
 * keys) or on how often the box began anew. Two lives with the same script are equal, line by line, or something
 * was lost or doubled. And the texts that went out, against the rows that say so.
 */
#ifndef TB_TESTS_TOWN_ACCOUNT_H
#define TB_TESTS_TOWN_ACCOUNT_H

#include "store/check.h"
#include "tests/faults/town.h"

#include <sqlite3.h>

#define ACCOUNT_SIZE (256 << 10)

/* The moment at which the message was written names it: no two are alike. */
#define OF_MESSAGE(id) "COALESCE((SELECT mm.smsc_ms / 1000 FROM message mm WHERE mm.id = " id "), 0)"
#define OF_INCIDENT(id)                                                                                                \
    "COALESCE((SELECT mm.smsc_ms / 1000 FROM incident ii JOIN message mm ON mm.id = ii.message_id WHERE ii.id = " id   \
    "), 0)"

static const char *const ACCOUNT[] = {
    "SELECT 'part', p.smsc_ms / 1000, p.seq, p.total, " OF_MESSAGE("p.message_id") " FROM part p",
    "SELECT 'message', m.smsc_ms / 1000, m.form, m.disposition, m.user_id, m.party_id IS NULL, length(m.body), "
    "m.received_ms >= m.smsc_ms, " OF_INCIDENT("m.incident_id") " FROM message m",
    "SELECT 'incident', " OF_MESSAGE("i.message_id") ", i.form, i.kind, i.place, i.severity, i.restricted, "
                                                     "i.unverified, i.state, i.acked_by, i.closed_by, i.outcome, "
                                                     "i.user_id, i.party_id IS NULL, length(i.text) "
                                                     "FROM incident i",
    "SELECT 'concern', " OF_INCIDENT("c.incident_id") ", c.user_id, c.onscene_ms IS NULL FROM concern c",
    "SELECT 'report', " OF_INCIDENT("r.incident_id") ", " OF_MESSAGE("r.message_id") " FROM report r",
    "SELECT 'attendance', a.user_id, a.place, a.night, a.in_ms / 60000, a.out_ms / 60000, a.how, a.forgotten, "
    "a.void_ms FROM attendance a",
    "SELECT 'activity', a.form, a.place, a.user_id, a.slots, a.text FROM activity a",
    "SELECT 'question', q.user_id, q.field, q.state, " OF_INCIDENT("q.incident_id") " FROM question q",
    "SELECT 'audit', a.action, a.user_id, " OF_INCIDENT("a.incident_id") ", " OF_MESSAGE(
        "a.message_id") " FROM audit a",
    "SELECT 'user', u.id, u.stopped, u.active FROM \"user\" u WHERE u.stopped OR NOT u.active",
    "SELECT 'parties', p.domain, COUNT(*), SUM(p.stopped) FROM party p GROUP BY p.domain",
    "SELECT 'text', " OF_MESSAGE("o.message_id") ", " OF_INCIDENT("o.incident_id") ", o.user_id, o.priority, o.resend, "
                                                                                   "length(o.body) FROM outbox o",
};

/* One query's rows, sorted, each a line. */
static inline int account_of(struct box *b, const char *query, struct sbuf *out)
{
    char sql[1200];
    sqlite3_stmt *st = NULL;
    struct sbuf q = sbuf_on(sql, sizeof(sql));
    if (sqlite3_prepare_v2(b->w.db->engine, query, -1, &st, NULL) == SQLITE_OK) {
        sbuf_addf(&q, "SELECT * FROM (%s) ORDER BY 1", query);
        for (int i = 2; i <= sqlite3_column_count(st); i++)
            sbuf_addf(&q, ", %d", i);
        sqlite3_finalize(st);
        st = NULL;
    }
    if (!q.len || sqlite3_prepare_v2(b->w.db->engine, sql, -1, &st, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", query, sqlite3_errmsg(b->w.db->engine));
        return -EINVAL;
    }
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(st); i++) {
            const unsigned char *s = sqlite3_column_text(st, i);
            sbuf_addf(out, "%s%s", i ? " " : "", s ? (const char *)s : "-");
        }
        sbuf_addc(out, '\n');
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? sbuf_done(out) : -EIO;
}

static inline int account(struct box *b, char *text, size_t size)
{
    struct sbuf out = sbuf_on(text, size);
    int rc = 0;
    for (size_t i = 0; !rc && i < sizeof(ACCOUNT) / sizeof(ACCOUNT[0]); i++)
        rc = account_of(b, ACCOUNT[i], &out);
    return rc;
}

/* Says the first lines that differ; how many do. */
static inline int account_differs(const char *want, const char *got, int say)
{
    int n = 0;
    while (*want || *got) {
        size_t a = strcspn(want, "\n"), g = strcspn(got, "\n");
        int order = !*got ? -1 : !*want ? 1 : strncmp(want, got, (a > g ? a : g) + 1);
        if (order == 0) {
            want += a + (want[a] != '\0');
            got += g + (got[g] != '\0');
            continue;
        }
        /* the one that the other has further down is not missing */
        char line[400];
        snprintf(line, sizeof(line), "\n%.*s\n", (int)(a < 390 ? a : 390), want);
        bool missing = *want && (!*got || !strstr(got, line));
        if (n++ < say)
            fprintf(stderr, "    %s: %.*s\n", missing ? "missing" : "too many", (int)(missing ? a : g),
                    missing ? want : got);
        if (missing)
            want += a + (want[a] != '\0');
        else
            got += g + (got[g] != '\0');
    }
    return n;
}

struct tally_sent {
    int texts, twice, unsaid, unknown;
};

/* Texts in the air against rows: twice is allowed once a cut and only to rows that may be sent again; what must arrive
 * and never went out is unsaid; what went out and no row says so is unknown. */
static inline int account_sent(const struct town *t, struct box *b, struct tally_sent *c)
{
    sqlite3_stmt *st = NULL;
    memset(c, 0, sizeof(*c));
    c->texts = c->unknown = t->n_sends;
    if (sqlite3_prepare_v2(b->w.db->engine, "SELECT id, resend, priority, state, body FROM outbox", -1, &st, NULL))
        return -EIO;
    while (sqlite3_step(st) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(st, 0);
        bool resend = sqlite3_column_int(st, 1), urgent = sqlite3_column_int(st, 2) <= PRIO_ALERT;
        const char *state = (const char *)sqlite3_column_text(st, 3);
        uint8_t body[800];
        int n = utf8_to_utf16be((const char *)sqlite3_column_text(st, 4), body, sizeof(body)), sent = 0;
        uint64_t hash = town_hash(body, n > 0 ? (size_t)n : 0);
        for (int i = 0; i < t->n_sends; i++)
            sent += t->send[i].id == id && t->send[i].text == hash;
        c->unknown -= sent;
        c->twice += sent > 1 ? sent - 1 : 0;
        bool gone = !strcmp(state, "sent") || !strcmp(state, "delivered");
        if ((sent > 1 && !resend) || (sent == 0 && gone) ||
            (sent == 0 && (resend || urgent) && !strcmp(state, "uncertain")))
            c->unsaid++;
    }
    sqlite3_finalize(st);
    return 0;
}

/* What can be said of a database by itself: pages, indexes, references, the audit's chain. */
static inline int account_sound(struct box *b)
{
    char why[CHECK_WHY_SIZE] = "";
    int rc = check_whole(b->w.db, why, sizeof(why));
    if (rc)
        fprintf(stderr, "    not sound: %s\n", why);
    return rc;
}

#endif
