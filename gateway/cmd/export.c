// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao export`: all that is kept of one person as his own, as JSON, for that person. Reads only, beside the
 * running service. Nobody else's data is in it; no tips, whose link to their sender is cut; nothing of restricted
 * incidents: whoever does the harm may ask in the other's name. What can go wrong: no database, no such phone.
 */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "store/invite.h"
#include "store/own.h"

#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static json_t *time_of(int64_t at_ms)
{
    char at[32];
    if (!at_ms)
        return json_null();
    civil_iso(at_ms, at, sizeof(at));
    return json_string(at);
}

struct listing {
    json_t *list;
    const char *const *fields;
};

/* "out_ms" of the database is "out", a time. */
static void put(json_t *o, const char *name, const char *value)
{
    char plain[32];
    size_t n = strlen(name);
    if (n > 3 && n < sizeof(plain) && !strcmp(name + n - 3, "_ms")) {
        snprintf(plain, sizeof(plain), "%.*s", (int)(n - 3), name);
        json_object_set_new(o, plain, time_of(strtoll(value, NULL, 10)));
        return;
    }
    json_t *s = json_string(value);
    json_object_set_new(o, name, s ? s : json_null());
}

static int add(void *ctx, const struct own_row *row)
{
    struct listing *l = ctx;
    json_t *o = json_object();
    if (!o)
        return -ENOMEM;
    json_object_set_new(o, "at", time_of(row->at_ms));
    for (int i = 0; l->fields[i]; i++)
        put(o, l->fields[i], row->field[i]);
    return json_array_append_new(l->list, o) ? -ENOMEM : 0;
}

static json_t *person(const struct user *u, const char *phone)
{
    json_t *o = json_object();
    json_object_set_new(o, "phone", json_string(phone));
    json_object_set_new(o, "known_as", json_string(u ? "user" : "unknown number"));
    if (u) {
        json_object_set_new(o, "name", json_string(u->name));
        json_object_set_new(o, "role", json_string(role_name(u->role)));
        json_object_set_new(o, "places", json_string(u->places));
        json_object_set_new(o, "since", time_of(u->since_ms));
        json_object_set_new(o, "said_ngung", json_boolean(u->stopped));
        json_object_set_new(o, "has_pin", json_boolean(u->pin_hash[0] != '\0'));
        json_object_set_new(o, "came_by", json_string(u->by_dk ? "DK" : "roster"));
    } else {
        json_object_set_new(o, "number_is_kept", json_string("encrypted"));
    }
    return o;
}

static json_t *kept_days(const struct config *cfg)
{
    const struct retention_config *r = &cfg->retention;
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "texts of messages", r->messages_days,
                     "texts that were nothing", r->idle_days, "answers", r->outbox_days, "reports", r->incidents_days,
                     "attendance and patrols", r->attendance_days, "activities", r->activities_days,
                     "an unknown number, encrypted", r->numbers_days, "what was done, in the audit", r->audit_days);
}

static json_t *notes(void)
{
    return json_pack("[s, s, s, s]", "Tips (TIN) are not in here: their link to who sent them was cut when they came.",
                     "Reports of restricted kinds are not in here, and the text of such a message is empty: an "
                     "officer tells of them in person.",
                     "What others said or did is not in here, also when it was about the same event.",
                     "Backups hold the same for as long as they are kept; days: 0 is for ever.");
}

static int gather(const struct config *cfg, struct db *db, const char *phone, json_t **out)
{
    struct user u;
    struct kept k;
    int64_t user_id = 0, party_id = 0;
    int rc = own_user(db, phone, &u);
    bool is_user = rc == 0;
    if (rc == -ENOENT)
        rc = party_find(db, PARTY_SENDER, phone, &party_id);
    if (rc < 0)
        return rc;
    user_id = is_user ? u.id : 0;
    json_t *all = json_object();
    json_object_set_new(all, "person", person(is_user ? &u : NULL, phone));
    explicit_bzero(u.pin_hash, sizeof(u.pin_hash));
    rc = kept_of(db, user_id, party_id, &k);
    json_object_set_new(
        all, "as_dulieu_tells",
        json_pack("{s:I, s:I}", "messages", (json_int_t)k.messages, "reports", (json_int_t)k.incidents));
    for (int kind = 0; !rc && kind < OWN_COUNT; kind++) {
        struct listing l = {.list = json_array(), .fields = own_fields((enum own_kind)kind)};
        if (!is_user && kind > OWN_REPLIES) {
            json_decref(l.list);
            continue;
        }
        rc = l.list ? own_each(db, (enum own_kind)kind, user_id, party_id, add, &l) : -ENOMEM;
        json_object_set_new(all, own_name((enum own_kind)kind), l.list);
    }
    json_object_set_new(all, "kept_days", kept_days(cfg));
    json_object_set_new(all, "notes", notes());
    *out = all;
    return rc;
}

static int write_to(json_t *all, const char *path)
{
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    FILE *f = !path ? stdout : fd >= 0 ? fdopen(fd, "w") : NULL;
    int rc = !f || json_dumpf(all, f, JSON_INDENT(2)) || fputc('\n', f) == EOF || fflush(f) ? -1 : 0;
    if (path && f && fclose(f))
        rc = -1;
    if (rc)
        fprintf(stderr, "tinbao export: %s: %s\n", path ? path : "standard output", strerror(errno));
    return rc ? 1 : 0;
}

static int export(const struct config *cfg, const char *dir, const char *phone, const char *path)
{
    struct db *db = NULL;
    json_t *all = NULL;
    int rc = db_open(&db, dir, DB_READ);
    if (!rc)
        rc = gather(cfg, db, phone, &all);
    db_close(db);
    int status = 1;
    if (rc == -ENOENT && !all)
        fprintf(stderr, "tinbao export: nothing is kept of this number (a tip is not known by it)\n");
    else if (rc < 0)
        fprintf(stderr, "tinbao export: %s: %s\n", dir, strerror(-rc));
    else
        status = write_to(all, path);
    json_decref(all);
    return status;
}

enum { OPT_STATE = 256, OPT_HELP };

/* "-": a line of standard input. What was an argument does not stay in the process list. */
static int take_phone(char *arg, char *phone, size_t size)
{
    char line[64] = "";
    bool in = !strcmp(arg, "-");
    if (in && !fgets(line, sizeof(line), stdin))
        return -EINVAL;
    line[strcspn(line, "\r\n")] = '\0';
    int rc = phone_normalize(in ? line : arg, phone, size);
    explicit_bzero(in ? line : arg, strlen(in ? line : arg));
    return rc;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"state-dir", required_argument, NULL, OPT_STATE},
                                            {"help", no_argument, NULL, OPT_HELP},
                                            {NULL, 0, NULL, 0}};
    const char *config = NULL, *output = NULL, *state = NULL;
    char phone[ADDRESS_SIZE];
    for (int o; (o = getopt_long(argc, argv, "c:o:", options, NULL)) != -1;) {
        if (o == 'c')
            config = optarg;
        else if (o == 'o')
            output = optarg;
        else if (o == OPT_STATE)
            state = optarg;
        else
            return o == OPT_HELP ? cmd_help(&cmd_export) : cmd_usage(&cmd_export, "unknown option");
    }
    if (argc - optind != 1)
        return cmd_usage(&cmd_export, "it takes one phone number");
    if (take_phone(argv[optind], phone, sizeof(phone)))
        return cmd_usage(&cmd_export, "that is no phone number: 0912000001 or +84912000001");
    struct problems *p = problems_new();
    struct config *cfg = p ? config_load(cmd_config_path(config), p) : NULL;
    int status = 2;
    if (cfg)
        status = export(cfg, state ? state : cfg->state_dir, phone, output);
    else if (p)
        cmd_errors(p);
    config_free(cfg);
    problems_free(p);
    return status;
}

const struct cmd cmd_export = {
    .name = "export",
    .one_line = "all that is kept of one person, as JSON, for that person",
    .help =
        "usage: tinbao export PHONE [-o FILE] [-c CONFIG] [--state-dir DIR]\n\n"
        "Writes what is kept of the user with this number, or of an unknown number: who he is, his messages and\n"
        "reports, what he was answered, attendance, patrols, activities, and how long each is kept. It is what\n"
        "DULIEU tells by SMS, in full. Ask who asks for it for a proof of who he is.\n\n"
        "Not in it: tips, whose link to their sender is cut; anything of restricted incidents; what others said\n"
        "or did. Reads only; the service may run meanwhile.\n\n"
        "PHONE '-' is read from standard input: an argument stays in the history of the shell, and others may see it\n"
        "in the process list for a moment.\n\n"
        "  -o FILE, --output FILE  into this file (mode 0600), which must not be there yet; else standard output\n"
        "  -c CONFIG, --state-dir DIR  as for 'tinbao serve'\n\n"
        "exit status: 0 written; 1 nothing is kept of this number, or it can not be read or written; 2 wrong usage\n\n"
        "example: tinbao export 0912000001 -o /media/usb/an.json\n",
    .run = run,
};
