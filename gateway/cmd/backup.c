// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao backup`: one now, the list of them, the test of one, and the key file apart. While serve runs it does
 * the work, so that there is one who rotates; else this command does it under the same lock. What can go wrong
 * is said with the directory's name; the backups that are there stay.
 */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/serve/control.h"
#include "gateway/serve/errand.h"
#include "gateway/serve/vault.h"
#include "store/backup.h"
#include "store/copy.h"
#include "store/keycopy.h"

#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS 200
#define WAIT_MS (2 * HOUR_MS)

enum task { TASK_MAKE, TASK_TEST, TASK_LIST, TASK_KEY };

struct asked {
    enum task task;
    const char *dir, *key;
};

/* --- by the service ----------------------------------------------------------------------- */

static int say_answer(const char *dir, const char *out)
{
    if (!strncmp(out, "done ", 5)) {
        printf("%s/%s", dir, out + 5);
        return 0;
    }
    fprintf(stderr, "tinbao backup: %s", !strncmp(out, "failed ", 7) ? out + 7 : out);
    return 1;
}

/* -ENOENT: no service runs there. */
static int by_service(const char *state_dir, const char *dir, bool test)
{
    char out[CONTROL_ANSWER_MAX];
    int rc = ctlsock_ask(state_dir, test ? "backup test" : "backup start", out, sizeof(out));
    int64_t until_ms = mono_ms() + WAIT_MS;
    while (!rc && mono_ms() < until_ms) {
        (void)poll(NULL, 0, POLL_MS);
        rc = ctlsock_ask(state_dir, "backup state", out, sizeof(out));
        if (!rc && strncmp(out, "running", 7) != 0)
            return say_answer(dir, out);
    }
    if (rc == -ENOENT)
        return rc;
    fprintf(stderr, "tinbao backup: %s: %s\n", state_dir, rc == -EINVAL ? out : strerror(rc ? -rc : ETIMEDOUT));
    return 1;
}

/* --- alone -------------------------------------------------------------------------------- */

static void work_alone(const struct backup_place *p, struct db *db, const struct clock *clock, bool test,
                       struct errand_result *r)
{
    r->rc = test ? backup_test(p, &r->made) : backup_all(p, db, clock_now_ms(clock), &r->made);
}

static int alone(const struct backup_place *p, bool test)
{
    struct errand_result r;
    struct db *db = NULL;
    struct clock *clock = clock_new_real();
    if (!clock)
        return 1;
    int rc = db_open(&db, p->state_dir, DB_WRITE); /* and its lock */
    if (rc)
        fprintf(stderr, "tinbao backup: %s: %s\n", p->state_dir, strerror(-rc));
    else
        work_alone(p, db, clock, test, &r);
    if (!rc && r.rc)
        fprintf(stderr, "tinbao backup: %s\n", r.made.why);
    else if (!rc)
        printf("%s/%s\n", p->dir, r.made.name);
    db_close(db);
    clock_free(clock);
    return rc == -EBUSY ? 3 : rc || r.rc ? 1 : 0;
}

static int list(const struct backup_place *p)
{
    char path[600];
    struct backup_entry *all = calloc(BACKUPS_MAX, sizeof(*all));
    int n = all ? backup_list(p->dir, all, BACKUPS_MAX) : -ENOMEM;
    if (n < 0 && n != -ENOENT)
        fprintf(stderr, "tinbao backup: %s: %s\n", p->dir, strerror(-n));
    else if (n <= 0)
        fprintf(stderr, "tinbao backup: no backup in %s yet\n", p->dir);
    for (int i = 0; i < n; i++)
        if (backup_path(path, sizeof(path), p->dir, all[i].name) == 0)
            printf("%s  %.1f MB\n", path, (double)copy_size(path) / 1e6);
    free(all);
    return n < 0 && n != -ENOENT ? 1 : 0;
}

static int export_key(const struct backup_place *p, const char *to)
{
    int rc = keycopy(p->state_dir, p->dir, to);
    if (rc) {
        fprintf(stderr, "tinbao backup: the key file was not written: %s\n", strerror(-rc));
        return 1;
    }
    printf("%s\n", to);
    fflush(stdout);
    fprintf(stderr, "Keep it apart from the backups: on paper or on a stick in a safe. To use it: copy it to "
                    "tinbao.key in the state directory, mode 0600.\n");
    return 0;
}

static int work(const struct config *cfg, const struct asked *a)
{
    char dir[300];
    struct backup_place p;
    const char *state_dir = a->dir ? a->dir : cfg->state_dir;
    int rc = vault_place(cfg, state_dir, &p, dir, sizeof(dir));
    if (rc) {
        fprintf(stderr, "tinbao backup: the path of the backups is too long\n");
        return 2;
    }
    if (a->task == TASK_LIST)
        return list(&p);
    if (a->task == TASK_KEY)
        return export_key(&p, a->key);
    rc = by_service(state_dir, dir, a->task == TASK_TEST);
    return rc == -ENOENT ? alone(&p, a->task == TASK_TEST) : rc;
}

static int run(int argc, char **argv)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'}, {"state-dir", required_argument, NULL, 's'},
        {"list", no_argument, NULL, 'l'},         {"test", no_argument, NULL, 't'},
        {"key", required_argument, NULL, 'k'},    {NULL, 0, NULL, 0}};
    struct asked a = {.task = TASK_MAKE};
    const char *path = NULL;
    int c, status = 2;
    optind = 1;
    while ((c = getopt_long(argc, argv, "c:s:", longs, NULL)) != -1) {
        if (c == 'c')
            path = optarg;
        else if (c == 's')
            a.dir = optarg;
        else if (c == 'l' || c == 't')
            a.task = c == 'l' ? TASK_LIST : TASK_TEST;
        else if (c == 'k') {
            a.task = TASK_KEY;
            a.key = optarg;
        } else
            return cmd_usage(&cmd_backup, "unknown option");
    }
    if (optind < argc)
        return cmd_usage(&cmd_backup, "it takes options only");
    struct config *cfg = cmd_config(&cmd_backup, path, false);
    if (cfg)
        status = work(cfg, &a);
    config_free(cfg);
    return status;
}

const struct cmd cmd_backup = {
    .name = "backup",
    .one_line = "make a backup now, list or test them, export the key file",
    .help = "usage: tinbao backup [--list | --test | --key FILE] [-c CONFIG] [-s DIR]\n"
            "\n"
            "Makes a backup of the database, also while the service runs, and prints its name. The service\n"
            "makes one by itself each night (settings: backup), keeps the last of each day and week, and tries\n"
            "each week whether the newest one can be restored; this is for the times between.\n"
            "\n"
            "A backup counts only when the copy was opened again and every page, reference and row of the\n"
            "audit was found good. It holds everything but the numbers of people who gave tips, and the key\n"
            "file, without which it can not be opened: export that once, and keep it apart. What is erased\n"
            "from the database later is taken out of the older backups by the next one.\n"
            "\n"
            "options:\n"
            "      --list            the backups, newest first\n"
            "      --test            restore the newest one elsewhere, check it, and throw that away\n"
            "      --key FILE        write the key file to FILE (a new file, not beside the backups)\n"
            "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
            "                        /etc/tinbao/tinbao.cfg)\n"
            "  -s, --state-dir DIR   where the service keeps its state (default: the config's)\n"
            "\n"
            "exit status:\n"
            "  0  done\n"
            "  1  it failed: it says why; the backups that are there stay\n"
            "  2  wrong usage or config\n"
            "  3  another command holds the database\n"
            "\n"
            "example:\n"
            "  tinbao backup --key /media/usb-key/tinbao.key\n",
    .run = run};
