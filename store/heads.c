// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file of heads, see heads.h. Called by the nightly job, by restore and by `tinbao verify`. What can
 * go wrong: the disk; a line that a power cut left half, which is then one that is not read.
 */
#include "store/heads.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/engine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESTORES_MAX 64

static const char *const KINDS[] = {[HEADS_HEAD] = "head", [HEADS_RESTORED] = "restored"};

static void mac_of(struct db *db, const char *text, char out[CHAIN_WORD_SIZE])
{
    uint8_t mac[DIGEST_SIZE];
    struct piece p[] = {{"head line", 9}, {text, strlen(text)}};
    seal_hash(db->keys.chain, p, ARRAY_LEN(p), mac);
    chain_word(mac, out);
}

void heads_line(struct db *db, enum heads_kind kind, int64_t at_ms, const struct chain_head *h,
                char out[HEADS_LINE_SIZE])
{
    char at[32], link[CHAIN_WORD_SIZE], mac[CHAIN_WORD_SIZE];
    civil_iso(at_ms, at, sizeof at);
    chain_word(h->link, link);
    struct sbuf b = sbuf_on(out, HEADS_LINE_SIZE);
    sbuf_addf(&b, "%s %s %" PRId64 " %s", at, KINDS[kind], h->id, link);
    mac_of(db, out, mac);
    sbuf_addf(&b, " %s", mac);
}

/* A line that a power cut left half must not take the next one with it. */
static bool ends_in_line(int fd)
{
    char last = '\n';
    off_t size = lseek(fd, 0, SEEK_END);
    return size <= 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n';
}

int heads_append(const char *dir, const char *line)
{
    char path[PATH_MAX], text[HEADS_LINE_SIZE + 2];
    int rc = statedir_path(path, sizeof path, dir, HEADS_FILE);
    if (rc < 0)
        return rc;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int n = snprintf(text, sizeof text, "%s%s\n", ends_in_line(fd) ? "" : "\n", line);
    errno = EIO;
    if (n >= (int)sizeof text || write(fd, text, (size_t)n) != n || fsync(fd) < 0)
        rc = -errno;
    close(fd);
    return rc;
}

/* --- reading ------------------------------------------------------------------------------ */

struct head {
    enum heads_kind kind;
    char at[32];
    int64_t id;
    uint8_t link[DIGEST_SIZE];
};

static int parse(struct db *db, char *line, struct head *h)
{
    char kind[12], link[CHAIN_WORD_SIZE], mac[CHAIN_WORD_SIZE], want[CHAIN_WORD_SIZE];
    line[strcspn(line, "\r\n")] = '\0';
    if (!strncmp(line, "head:", 5)) /* as `tinbao verify` prints it */
        line += 5 + strspn(line + 5, " ");
    if (sscanf(line, "%31s %11s %" SCNd64 " %32s %32s", h->at, kind, &h->id, link, mac) != 5)
        return -EINVAL;
    char *last = strrchr(line, ' ');
    *last = '\0';
    mac_of(db, line, want);
    if (strcmp(want, mac) != 0 || chain_word_read(link, h->link) < 0)
        return -EINVAL;
    h->kind = strcmp(kind, KINDS[HEADS_RESTORED]) ? HEADS_HEAD : HEADS_RESTORED;
    return 0;
}

/* Each line that is one of ours: fn; the count of others. -errno when there is no such file. */
static int each_line(struct db *db, const char *path, int (*fn)(void *ctx, const struct head *h), void *ctx)
{
    char line[2 * HEADS_LINE_SIZE];
    struct head h;
    int others = 0, rc = 0;
    FILE *f = fopen(path, "re");
    if (!f)
        return -errno;
    while (rc == 0 && fgets(line, sizeof line, f)) {
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (parse(db, line, &h) < 0)
            others++;
        else
            rc = fn(ctx, &h);
    }
    fclose(f);
    return rc < 0 ? rc : others;
}

struct restores {
    struct head list[RESTORES_MAX];
    size_t n;
};

static int keep_restore(void *ctx, const struct head *h)
{
    struct restores *r = ctx;
    if (h->kind == HEADS_RESTORED)
        r->list[r->n++ % RESTORES_MAX] = *h;
    return 0;
}

struct comparing {
    struct db *db;
    const struct chain_state *state;
    struct restores restores;
    struct heads_check *out;
};

/* A restore to an earlier row, after this head was written. Times of one form compare as text. */
static bool was_given_up(const struct comparing *c, const struct head *h)
{
    size_t n = c->restores.n < RESTORES_MAX ? c->restores.n : RESTORES_MAX;
    for (size_t i = 0; i < n; i++)
        if (c->restores.list[i].id < h->id && strcmp(c->restores.list[i].at, h->at) >= 0)
            return true;
    return false;
}

static int compare(void *ctx, const struct head *h)
{
    struct comparing *c = ctx;
    uint8_t link[DIGEST_SIZE];
    c->out->lines++;
    if (h->id <= c->state->cut_id) {
        if (h->id == 0) /* of an audit without a row yet */
            c->out->good++;
        else
            c->out->old++;
        return 0;
    }
    int rc = chain_link_of(c->db, h->id, link);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == 0 && memcmp(link, h->link, DIGEST_SIZE) == 0)
        c->out->good++;
    else if (was_given_up(c, h))
        c->out->given_up++;
    else if (!c->out->cut && !c->out->other) {
        c->out->cut = h->id > c->state->head.id;
        c->out->other = !c->out->cut;
        c->out->id = h->id;
        char at[20]; /* without its +07:00 */
        q_cut(at, sizeof at, h->at);
        if (civil_parse(at, &c->out->at_ms) < 0)
            c->out->at_ms = 0;
    }
    return 0;
}

int heads_compare(struct db *db, const char *dir, const char *path, const struct chain_state *state,
                  struct heads_check *out)
{
    char local[PATH_MAX];
    struct comparing *c = calloc(1, sizeof *c);
    memset(out, 0, sizeof *out);
    if (!c)
        return -ENOMEM;
    *c = (struct comparing){.db = db, .state = state, .out = out};
    int rc = statedir_path(local, sizeof local, dir, HEADS_FILE);
    if (rc == 0)
        (void)each_line(db, local, keep_restore, &c->restores); /* none there: no restores */
    if (rc == 0)
        rc = each_line(db, path, compare, c);
    out->unread = rc > 0 ? rc : 0;
    free(c);
    return rc < 0 ? rc : 0;
}
