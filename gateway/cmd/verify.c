// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao verify`: is the database whole, and is the audit as the service wrote it? Reads only, also
 * while serve runs. What can go wrong is what it is for: it says what, where, and what to do.
 */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "store/check.h"
#include "store/heads.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct asked {
    const char *dir, *head, *file;
};

static const char REMEDY[] =
    "What to do: leave everything as it is, tell who answers for the service, and keep a copy of the state\n"
    "directory. Compare with a backup ('tinbao verify --backup FILE'); 'tinbao restore' puts one into place.\n";

static bool say_pages(struct db *db)
{
    char why[CHECK_WHY_SIZE];
    int rc = check_pages(db, why, sizeof(why));
    if (rc)
        printf("database: DAMAGED: %s\n", why[0] ? why : strerror(-rc));
    else
        printf("database: sound: every page, index and reference\n");
    return rc == 0;
}

static void say_span(const struct chain_state *s)
{
    char at[32];
    if (s->cut_id)
        printf("          rows up to %" PRId64 " were deleted by retention\n", s->cut_id);
    civil_iso(s->begun_ms, at, sizeof(at));
    if (s->begun_id > s->cut_id)
        printf("          rows up to %" PRId64 " (%s) are from before the chain: what was changed in them before\n"
               "          the chain began can not be shown\n",
               s->begun_id, at);
}

static int say_chain(struct db *db, struct chain_state *s)
{
    char words[CHECK_WHY_SIZE];
    int rc = chain_walk(db, s);
    if (rc) {
        printf("audit:    can not be read: %s\n", strerror(-rc));
        return rc;
    }
    check_chain_words(s, words, sizeof(words));
    if (s->wrong)
        printf("audit:    BROKEN: %s\n", words);
    else
        printf("audit:    whole: %" PRId64 " rows, each as it was written\n", s->rows);
    if (s->breaks > 1)
        printf("          and %" PRId64 " more breaks after it\n", s->breaks - 1);
    say_span(s);
    return s->wrong ? -EIO : 0;
}

static bool say_heads(struct db *db, const struct asked *a, const struct chain_state *s)
{
    char path[PATH_MAX], at[32];
    struct heads_check c;
    snprintf(path, sizeof(path), "%s/%s", a->dir, HEADS_FILE);
    const char *file = a->head ? a->head : path;
    int rc = heads_compare(db, a->dir, file, s, &c);
    if (rc == -ENOENT && !a->head) {
        printf("heads:    none yet: the first is written tonight, to %s\n", path);
        return true;
    }
    if (rc) {
        printf("heads:    %s: %s\n", file, strerror(-rc));
        return false;
    }
    civil_iso(c.at_ms, at, sizeof(at));
    if (c.cut || c.other)
        printf("heads:    BROKEN: row %" PRId64 ", the newest at %s, %s\n", c.id, at,
               c.cut ? "is not there: rows were cut off the end" : "is another one by now");
    else
        printf("heads:    %d of %d agree (%s)\n", c.good, c.lines, file);
    if (c.given_up)
        printf("          %d are of rows that a restore gave up; they are in the file that was set aside\n",
               c.given_up);
    if (c.unread)
        printf("          %d lines are none of this service (or of another key file)\n", c.unread);
    if (c.old)
        printf("          %d are of rows that retention has deleted\n", c.old);
    return !c.cut && !c.other && !(a->head && (c.unread || c.lines == 0));
}

static void say_head(struct db *db, const struct chain_state *s)
{
    char line[HEADS_LINE_SIZE];
    heads_line(db, HEADS_HEAD, s->head.at_ms, &s->head, line);
    printf("head:     %s\n", line);
}

static int verify(const struct asked *a)
{
    struct db *db = NULL;
    struct chain_state s;
    int rc = a->file ? db_open_file(&db, a->dir, a->file, DB_READ) : db_open(&db, a->dir, DB_READ);
    if (rc) {
        fprintf(stderr, "tinbao verify: %s: it can not be opened (%s)\n", a->file ? a->file : a->dir, strerror(-rc));
        return rc == -ENOENT ? 2 : 1;
    }
    bool fine = say_pages(db);
    fine = say_chain(db, &s) == 0 && fine;
    if (!a->file || a->head)
        fine = say_heads(db, a, &s) && fine;
    say_head(db, &s);
    db_close(db);
    fflush(stdout);
    if (!fine)
        fputs(REMEDY, stderr);
    return fine ? 0 : 1;
}

static int verify_of_config(const char *given, struct asked *a)
{
    struct config *cfg = cmd_config(&cmd_verify, given, true);
    int status = 2;
    if (cfg) {
        a->dir = cfg->state_dir;
        status = verify(a);
    }
    config_free(cfg);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"state-dir", required_argument, NULL, 's'},
                                          {"head", required_argument, NULL, 'h'},
                                          {"backup", required_argument, NULL, 'b'},
                                          {NULL, 0, NULL, 0}};
    struct asked a = {.dir = NULL};
    const char *config = NULL;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "c:s:", longs, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 's')
            a.dir = optarg;
        else if (c == 'h')
            a.head = optarg;
        else if (c == 'b')
            a.file = optarg;
        else
            return cmd_usage(&cmd_verify, "unknown option");
    }
    if (optind < argc)
        return cmd_usage(&cmd_verify, "it takes options only");
    return a.dir ? verify(&a) : verify_of_config(config, &a);
}

const struct cmd cmd_verify = {
    .name = "verify",
    .one_line = "is the database sound, and the audit as it was written?",
    .help = "usage: tinbao verify [-c CONFIG] [-s DIR] [--head FILE] [--backup FILE]\n"
            "\n"
            "Reads the whole database, also while the service runs, and changes nothing. Checks every page,\n"
            "index and reference; then the audit (who did what, when): each of its rows holds a keyed hash of\n"
            "the row before it and of all its own fields. Says the first row that was changed, removed or\n"
            "added, with its number and time. Last it prints the head: the newest row and its hash.\n"
            "\n"
            "Rows cut off the end of the audit show by the heads: the service writes one each night to\n"
            "audit.heads in the state directory (only appended to), and sends it as the event audit.head.\n"
            "Keep copies elsewhere; --head compares with one of them. What somebody changed who had the key\n"
            "file can not be shown by the chain: only by heads that were kept out of his reach.\n"
            "\n"
            "options:\n"
            "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
            "                        /etc/tinbao/tinbao.cfg)\n"
            "  -s, --state-dir DIR   where the service keeps its state (default: the config's)\n"
            "      --head FILE       compare with these heads instead of the state directory's: lines as\n"
            "                        audit.heads has them, or the one that verify printed\n"
            "      --backup FILE     look at this backup instead of the database (the key file is the state\n"
            "                        directory's)\n"
            "\n"
            "exit status:\n"
            "  0  everything is sound and as it was written\n"
            "  1  something is not: it says what, where, and what to do\n"
            "  2  wrong usage or config, or there is no database\n"
            "\n"
            "example:\n"
            "  tinbao verify | grep ^head: >> /media/usb/heads\n"
            "  tinbao verify --head /media/usb/heads\n",
    .run = run};
