// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao tips`: the key pair that texts of tips are sealed to, the sealed texts out of the box, and their
 * opening elsewhere, where neither database nor settings are. What can go wrong: a file that is there already,
 * that is no key or another one, a box that was changed on its way; each is said, and what can be opened is.
 *
 * The file of --export, one line each: "tinbao tips 1 PUBLIC-KEY", then
 * CODE WHAT DATE PLACE BOX (base64), "-" for what is not known.
 */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/base64.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/tip.h"
#include "store/tipbox.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "tinbao tips 1 "
#define SECRET_HEAD "tinbao tips secret 1 "
#define LINE_MAX_OCTETS (64 * 1024)

/* --- --make-key -------------------------------------------------------------------------- */

static int write_secret(const char *path, const uint8_t secret[TIPKEY_SIZE])
{
    char text[TIPKEY_TEXT_SIZE], line[TIPKEY_TEXT_SIZE + sizeof(SECRET_HEAD)];
    tipkey_write(secret, text);
    int n = snprintf(line, sizeof(line), SECRET_HEAD "%s\n", text), rc = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        rc = -errno;
    else if (fchmod(fd, 0600) || write(fd, line, (size_t)n) != n || fsync(fd))
        rc = errno ? -errno : -EIO;
    if (fd >= 0)
        close(fd);
    explicit_bzero(text, sizeof(text));
    explicit_bzero(line, sizeof(line));
    if (rc == -EEXIST)
        fprintf(stderr, "tinbao tips: %s is there already: take another name, a key that is lost opens nothing\n",
                path);
    else if (rc)
        fprintf(stderr, "tinbao tips: %s: %s\n", path, strerror(-rc));
    return rc;
}

static int make_key(const char *path)
{
    uint8_t public_key[TIPKEY_SIZE], secret_key[TIPKEY_SIZE];
    char text[TIPKEY_TEXT_SIZE];
    int rc = tipbox_make(public_key, secret_key);
    if (!rc)
        rc = write_secret(path, secret_key);
    explicit_bzero(secret_key, sizeof(secret_key));
    if (rc)
        return 1;
    tipkey_write(public_key, text);
    printf("tips : { seal_to = \"%s\"; };\n", text);
    fflush(stdout);
    fprintf(stderr,
            "The line above goes into tinbao.cfg. From then on nobody at the box can read a tip.\n"
            "%s is the secret half: it belongs on another machine, with a copy in a safe, and never on\n"
            "the box. If you made it there: copy it away, then 'shred -u' it. Without it no tip can be opened.\n",
            path);
    return 0;
}

/* --- --export ---------------------------------------------------------------------------- */

struct writing {
    FILE *to;
    long n;
};

static int write_box(void *ctx, const struct tip_box *b)
{
    struct writing *w = ctx;
    char at[32];
    char *text = malloc(BASE64_SIZE(b->size));
    if (!text)
        return -ENOMEM;
    base64_write(b->box, b->size, text);
    civil_iso(b->at_ms, at, sizeof(at));
    fprintf(w->to, "%s %s %s %s %s\n", b->code[0] ? b->code : "-", b->what, at, b->place[0] ? b->place : "-", text);
    free(text);
    w->n++;
    return ferror(w->to) ? -EIO : 0;
}

static int export_to(const struct config *cfg, const char *dir, FILE *to)
{
    struct writing w = {.to = to};
    struct db *db = NULL;
    int rc = db_open(&db, dir, DB_READ);
    if (!rc) {
        fprintf(to, HEAD "%s\n", cfg->tips.seal_to[0] ? cfg->tips.seal_to : "-");
        rc = tip_box_each(db, write_box, &w);
    }
    db_close(db);
    if (!rc && fflush(to))
        rc = -errno;
    if (rc)
        fprintf(stderr, "tinbao tips: %s: %s\n", dir, strerror(-rc));
    else
        fprintf(stderr, "%ld sealed texts; they stay in the database until retention.tips_days\n", w.n);
    return rc;
}

static int export_all(const char *config_path, const char *state_dir, const char *path)
{
    struct problems *p = problems_new();
    struct config *cfg = p ? config_load(config_path, p) : NULL;
    if (!cfg) {
        if (p)
            cmd_errors(p);
        problems_free(p);
        return 2;
    }
    bool out = !strcmp(path, "-");
    int fd = out ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc;
    FILE *to = out ? stdout : fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!to) {
        fprintf(stderr, "tinbao tips: %s: %s\n", path, strerror(errno));
        rc = -1;
    } else {
        rc = export_to(cfg, state_dir ? state_dir : cfg->state_dir, to);
        if (!out && fclose(to) && !rc) {
            fprintf(stderr, "tinbao tips: %s: %s\n", path, strerror(errno));
            rc = -1;
        }
    }
    config_free(cfg);
    problems_free(p);
    return rc ? 1 : 0;
}

/* --- --key ------------------------------------------------------------------------------- */

static int read_secret(const char *path, uint8_t secret[TIPKEY_SIZE])
{
    char line[TIPKEY_TEXT_SIZE + sizeof(SECRET_HEAD) + 2] = "";
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
    if (n < 0 || fstat(fd, &st)) {
        fprintf(stderr, "tinbao tips: %s: %s\n", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    close(fd);
    if (st.st_mode & 077)
        fprintf(stderr, "tinbao tips: %s: others may read it: chmod 600 it\n", path);
    size_t head = sizeof(SECRET_HEAD) - 1;
    int rc = strncmp(line, SECRET_HEAD, head) ? -1 : tipkey_read(line + head, secret);
    explicit_bzero(line, sizeof(line));
    if (rc)
        fprintf(stderr, "tinbao tips: %s: is no secret key of 'tinbao tips --make-key', or is damaged\n", path);
    return rc;
}

/* Control characters would reach the terminal of who reads it. */
static void print_plain(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s >= ' ' && *s != 127)
            putchar(*s);
        else
            fputs(*s == '\n' ? "\n    " : "?", stdout);
    putchar('\n');
}

/* One line of the file: true when it was opened. */
static bool open_line(const uint8_t secret[TIPKEY_SIZE], char *line, int number)
{
    char code[8], what[TIP_WHAT_SIZE], at[32], place[16], *text = NULL;
    int from = 0;
    size_t n = 0;
    if (sscanf(line, "%7s %7s %31s %15s %n", code, what, at, place, &from) != 4 || !from) {
        fprintf(stderr, "tinbao tips: line %d: is no line of 'tinbao tips --export'\n", number);
        return false;
    }
    size_t len = strlen(line + from);
    uint8_t *box = malloc(len + 1);
    int size = box ? base64_read(line + from, len, box, len + 1) : -ENOMEM;
    int rc = size < 0 ? size : tipbox_open(secret, box, (size_t)size, &text, &n);
    free(box);
    if (rc) {
        fprintf(stderr, "tinbao tips: line %d (tip %s): does not open: %s\n", number, code,
                rc == -EPERM ? "it was sealed to another key, or is damaged" : strerror(-rc));
        return false;
    }
    char *body = strchr(text, '\n');
    size_t head = body ? (size_t)(body - text) : 0;
    if (!body || strlen(code) != head || strncmp(text, code, head) != 0)
        fprintf(stderr, "tinbao tips: line %d: stands under %s and was sealed for %.*s\n", number, code, (int)head,
                text);
    printf("%s  %s  place %s%s\n    ", code, at, place,
           !strcmp(what, "tip")    ? ""
           : !strcmp(what, "more") ? "  (added)"
                                   : "  (not known to be a tip)");
    print_plain(body ? body + 1 : text);
    explicit_bzero(text, n);
    free(text);
    return true;
}

static int open_file(const char *secret_path, const char *path)
{
    uint8_t secret[TIPKEY_SIZE];
    if (read_secret(secret_path, secret))
        return 2;
    FILE *f = !strcmp(path, "-") ? stdin : fopen(path, "r");
    char *line = malloc(LINE_MAX_OCTETS);
    int number = 0, bad = 0, good = 0, status = 0;
    if (!f || !line) {
        fprintf(stderr, "tinbao tips: %s: %s\n", path, strerror(errno));
        status = 2;
    }
    while (!status && fgets(line, LINE_MAX_OCTETS, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (number++ == 0 && strncmp(line, HEAD, sizeof(HEAD) - 1) != 0) {
            fprintf(stderr, "tinbao tips: %s: is no file of 'tinbao tips --export'\n", path);
            status = 2;
        } else if (number > 1 && *line) {
            open_line(secret, line, number) ? good++ : bad++;
        }
    }
    if (!status)
        fprintf(stderr, "%d opened%s\n", good, bad ? ", others not: see above" : "");
    explicit_bzero(secret, sizeof(secret));
    free(line);
    if (f && f != stdin)
        fclose(f);
    return status ? status : bad ? 1 : 0;
}

/* --- the command ------------------------------------------------------------------------- */

enum { OPT_MAKE = 256, OPT_EXPORT, OPT_KEY, OPT_STATE, OPT_HELP };

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"make-key", required_argument, NULL, OPT_MAKE},
                                            {"export", required_argument, NULL, OPT_EXPORT},
                                            {"key", required_argument, NULL, OPT_KEY},
                                            {"config", required_argument, NULL, 'c'},
                                            {"state-dir", required_argument, NULL, OPT_STATE},
                                            {"help", no_argument, NULL, OPT_HELP},
                                            {NULL, 0, NULL, 0}};
    const char *make = NULL, *export = NULL, *key = NULL, *config = NULL, *state = NULL;
    for (int o; (o = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (o == OPT_MAKE)
            make = optarg;
        else if (o == OPT_EXPORT)
            export = optarg;
        else if (o == OPT_KEY)
            key = optarg;
        else if (o == 'c')
            config = optarg;
        else if (o == OPT_STATE)
            state = optarg;
        else
            return o == OPT_HELP ? cmd_help(&cmd_tips) : cmd_usage(&cmd_tips, "unknown option");
    }
    if (!!make + !!export + !!key != 1)
        return cmd_usage(&cmd_tips, "one of --make-key, --export and --key is needed");
    if (argc - optind != (key ? 1 : 0))
        return cmd_usage(&cmd_tips, key ? "--key opens one file" : "too many words");
    if (make)
        return make_key(make);
    return key ? open_file(key, argv[optind]) : export_all(cmd_config_path(config), state, export);
}

const struct cmd cmd_tips = {
    .name = "tips",
    .one_line = "tips that only a key elsewhere opens: make the key, take them out, open them",
    .help =
        "usage: tinbao tips --make-key FILE\n"
        "       tinbao tips --export FILE [-c CONFIG] [--state-dir DIR]\n"
        "       tinbao tips --key SECRETFILE FILE\n\n"
        "With tips : { seal_to = ... } in tinbao.cfg the text of every tip, and what its sender adds to it, is\n"
        "kept only sealed to that public key. Officers get the code and the village, and take it (NHAN), answer\n"
        "it (TRALOI) and close it (XONG) as ever; what it says is read where the secret half is.\n\n"
        "  --make-key FILE    draws a key pair on the machine where tips are to be read: the secret half goes\n"
        "                     into FILE (mode 0600), and the line for tinbao.cfg is printed. FILE must never be on\n"
        "                     the box, and must not be lost: there is no other way to open a tip\n"
        "  --export FILE      at the box, while the service runs or not: the sealed texts with code, date and\n"
        "                     village, no number; '-' is standard output. FILE must not be there yet\n"
        "  --key SECRETFILE FILE  opens such a file ('-': standard input) and prints what it says. Needs no\n"
        "                     database and no settings: run it elsewhere, without a network if you can\n"
        "  -c CONFIG, --state-dir DIR  as for 'tinbao serve'\n\n"
        "exit status: 0 done; 1 some or all could not be read or opened (said which); 2 wrong usage, or a file\n"
        "that is no key or no export\n\n"
        "examples:\n"
        "  tinbao tips --make-key tips.secret          # at home; its line goes into tinbao.cfg of the box\n"
        "  tinbao tips --export /media/usb/tips.txt    # at the box\n"
        "  tinbao tips --key tips.secret tips.txt      # at home again\n",
    .run = run,
};
