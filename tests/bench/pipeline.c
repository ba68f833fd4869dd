// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages a second through parse -> transaction -> outbox, without a line: desk_part on a
 * fresh database, one message a commit and with a backlog shared by commits. Run by
 * scripts/bench beside the machine's own limits.
 *
 * usage: pipeline [-c CONFIG] [-d DIR] [-n COUNT] [-m COUNT_BACKLOG] [-b BATCH] [-t TEXT]
 *
 * DIR (default: the current directory) gets a directory with the database, removed at the
 * end: it must be on the disk that is to be measured. TEXT: what comes before each message's
 * own words; "BC man de co bac" by default, one incident and one confirmation; "BC man de
 * trom mat" also alerts. Exit 0, 1 when a message was not kept as an incident.
 */
#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/desk/desk.h"
#include "gateway/serve/journaling.h"
#include "store/incident.h"
#include "store/people.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench {
    const char *config, *dir, *text;
    int count, backlog, batch;
    char state[300];
    struct clock *clock;
    struct config *cfg;
    struct db *db;
    struct desk *desk;
    struct works works; /* the journal's view of the rest */
    const char *senders[64];
    int n_senders, sent;
};

static int fail(const char *what, int rc)
{
    fprintf(stderr, "pipeline: %s: %s\n", what, strerror(-rc));
    return 1;
}

static void say(const struct problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (!p->items[i].warning)
            fprintf(stderr, "pipeline: %s:%d: %s\n", p->items[i].file, p->items[i].line, p->items[i].text);
}

static int open_all(struct bench *b, struct problems *p)
{
    b->cfg = config_load(b->config, p);
    if (!b->cfg)
        return -EINVAL;
    b->cfg->code_digits = 6;
    b->cfg->join_window_s = 0;
    for (size_t i = 0; i < b->cfg->n_roster && b->n_senders < (int)ARRAY_LEN(b->senders); i++)
        if (b->cfg->roster[i].role >= ROLE_MEMBER && b->cfg->roster[i].role <= ROLE_VILLAGE_HEAD)
            b->senders[b->n_senders++] = b->cfg->roster[i].phone;
    snprintf(b->state, sizeof(b->state), "%s/pipeline-XXXXXX", b->dir);
    if (!mkdtemp(b->state) || b->n_senders == 0)
        return -ENOENT;
    b->clock = clock_new_real();
    int rc = b->clock ? db_open(&b->db, b->state, DB_WRITE) : -ENOMEM;
    if (!rc)
        rc = user_sync(b->db, b->cfg->roster, b->cfg->n_roster, clock_now_ms(b->clock), NULL);
    if (!rc && !(b->desk = desk_new(b->db, b->cfg, b->clock, p)))
        rc = -EINVAL;
    if (!rc && !(rc = db_begin(b->db))) {
        rc = desk_start(b->desk);
        rc = rc ? rc : db_commit(b->db);
    }
    if (rc)
        return rc;
    desk_careful(b->desk, false); /* as serve's inbox does */
    b->works = (struct works){.db = b->db, .desk = b->desk, .cfg = b->cfg, .clock = b->clock, .manual = true};
    b->works.journaling = journaling_new(&b->works, b->state);
    if (!b->works.journaling)
        return -ENOMEM;
    journaling_begin(b->works.journaling, 0);
    return 0;
}

static void remove_state(const char *dir)
{
    DIR *d = opendir(dir);
    char path[600];
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

static void close_all(struct bench *b)
{
    journaling_free(b->works.journaling);
    desk_free(b->desk);
    db_close(b->db);
    clock_free(b->clock);
    config_free(b->cfg);
    if (b->state[0])
        remove_state(b->state);
}

/* The next message: its own words, so that none is taken for a resend. */
static int one(struct bench *b)
{
    struct sms_part part;
    char text[300];
    int i = b->sent++;
    memset(&part, 0, sizeof(part));
    snprintf(text, sizeof(text), "%s vu thu %d o dau xom", b->text, i);
    int n = utf8_to_utf16be(text, part.body, sizeof(part.body));
    if (n < 0 || str_copy(part.sender, sizeof(part.sender), b->senders[i % b->n_senders]))
        return -EINVAL;
    part.body_len = (uint16_t)n;
    part.smsc_ms = clock_now_ms(b->clock) / 1000 * 1000;
    part.total = part.seq = 1;
    journaling_next(b->works.journaling);
    int rc = desk_part(b->desk, "gsm1", &part);
    if (!rc)
        journaling_part(b->works.journaling, "gsm1", &part);
    return rc;
}

/* What this process has caused to be sent to the disk, and what it gave to write(), from /proc/self/io. */
struct written {
    long long disk, calls;
};

static struct written written_now(void)
{
    struct written w = {0};
    char line[80];
    FILE *f = fopen("/proc/self/io", "re");
    while (f && fgets(line, sizeof(line), f)) {
        sscanf(line, "wchar: %lld", &w.calls);
        sscanf(line, "write_bytes: %lld", &w.disk);
    }
    if (f)
        fclose(f);
    return w;
}

struct speed {
    double per_s, disk, calls; /* octets a message */
};

static int run(struct bench *b, int count, int batch, struct speed *out)
{
    struct written before = written_now();
    int64_t from_us = mono_us();
    desk_careful(b->desk, false); /* as the inbox does it; it would repeat a batch that failed with care */
    for (int done = 0; done < count;) {
        int rc = db_begin(b->db);
        for (int i = 0; !rc && i < batch && done < count; i++, done++)
            rc = one(b);
        if (!rc)
            rc = journaling_commit(b->works.journaling, false);
        if (!rc)
            rc = db_commit(b->db);
        journaling_decided(b->works.journaling, rc == 0);
        if (rc)
            return rc;
    }
    out->per_s = count * 1e6 / (double)(mono_us() - from_us);
    struct written after = written_now();
    out->disk = (double)(after.disk - before.disk) / count;
    out->calls = (double)(after.calls - before.calls) / count;
    return 0;
}

static int count_one(void *ctx, const struct incident *i)
{
    (void)i;
    ++*(int *)ctx;
    return 0;
}

static int measure(struct bench *b)
{
    struct speed alone = {0}, shared = {0};
    struct journaling_state journal;
    int incidents = 0;
    int rc = run(b, b->count, 1, &alone);
    if (!rc)
        rc = run(b, b->backlog, b->batch, &shared);
    if (!rc)
        rc = incident_each_between(b->db, 0, INT64_MAX, count_one, &incidents);
    if (rc)
        return fail("a message was not kept", rc);
    printf("pipeline one a commit: %d messages, %.0f messages/s\n", b->count, alone.per_s);
    printf("pipeline backlog, %d a commit: %d messages, %.0f messages/s\n", b->batch, b->backlog, shared.per_s);
    journaling_state(b->works.journaling, &journal);
    printf("pipeline written: one a commit %.0f bytes a message to the disk (%.0f by write()), backlog %.0f (%.0f), of "
           "it the "
           "journal %.0f\n",
           alone.disk, alone.calls, shared.disk, shared.calls, (double)journal.bytes / b->sent);
    printf("pipeline incidents: %d of %d\n", incidents, b->sent);
    return incidents == b->sent ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct bench b = {.config = "config/demo/tinbao.cfg",
                      .dir = ".",
                      .text = "BC man de co bac",
                      .count = 8000,
                      .backlog = 20000,
                      .batch = 1000};
    int c;
    while ((c = getopt(argc, argv, "c:d:n:m:b:t:")) != -1) {
        switch (c) {
        case 'c':
            b.config = optarg;
            break;
        case 'd':
            b.dir = optarg;
            break;
        case 'n':
            b.count = atoi(optarg);
            break;
        case 'm':
            b.backlog = atoi(optarg);
            break;
        case 'b':
            b.batch = atoi(optarg);
            break;
        case 't':
            b.text = optarg;
            break;
        default:
            return 2;
        }
    }
    log_setup("pipeline", LOG_WARN_, false);
    struct problems *p = problems_new();
    int rc = open_all(&b, p);
    if (rc)
        say(p);
    int status = rc ? fail("start", rc) : measure(&b);
    problems_free(p);
    close_all(&b);
    return status;
}
