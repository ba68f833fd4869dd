// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The settings. One table of keys (config/keys.c) says for each its type, unit, range and
 * default; tinbao.cfg names its sisters places, kinds, forms, messages, roster (paths
 * relative to the file that names them), each with the shipped file as default; a config
 * of two keys, places and roster, must do. Nothing here logs: every problem goes to the
 * sink with file, line and remedy, all of them, not the first.
 *
 * Environment: TINBAO_SHARE is where the shipped files are (default: compiled in),
 * TINBAO_STATE_DIR wins over the file's state_dir.
 *
 * Only config includes libconfig.h.
 */
#ifndef TB_CONFIG_CONFIG_H
#define TB_CONFIG_CONFIG_H

#include "config/backup.h"
#include "config/digest.h"
#include "config/children.h"
#include "config/http.h"
#include "config/keep.h"
#include "config/journal.h"
#include "config/courier.h"
#include "config/shifts.h"
#include "config/rota.h"
#include "config/calendar.h"
#include "gateway/base/commune.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_LINES_MAX 4

/* file may be "" and line 0 when not known. `warning` problems do not make a load fail. */
struct problem {
    char file[256];
    int line;
    bool warning;
    char text[400]; /* what is wrong and the remedy, one sentence each */
};

/* Collects up to `cap` problems; `lost` counts the rest. */
struct problems {
    struct problem *items;
    size_t n, cap, lost;
    size_t errors; /* of n + lost, those that are no warnings */
};
struct problems *problems_new(void);
void problems_free(struct problems *p);
void problems_add(struct problems *p, bool warning, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Errors, then warnings, one a line: "file:line: text" ("file:line: warning: text"). */
void problems_print(const struct problems *p, FILE *to);

struct line_config {
    char name[32];       /* "gsm1" */
    char device[256];    /* path by-id, or "virtual" when a `tinbao modem` link */
    char connection[24]; /* libgammu connection, default "at" */
    char pin[16];
    char own_number[20]; /* E.164, "" unknown: never answered */
    int rate_per_minute; /* messages out, 1..600, default 20 */
    int poll_s;          /* 5..3600, default 60 */
    bool is_virtual;     /* a virtual modem: the demo roster is allowed */
    bool cut_pauses;     /* default false; true by default on a virtual modem */
};

struct balance_config {    /* USSD balance code by operator */
    char operator_code[8]; /* "45204", or "*" */
    char ussd[16];         /* "*101#" */
};

/* A text of messages.vi.cfg. */
struct message_text {
    char key[40];
    const char *text;
    int line;
};

struct config {
    char path[256]; /* of tinbao.cfg */
    /* paths, resolved */
    char places_path[256], kinds_path[256], forms_path[256], messages_path[256], roster_path[256];
    char state_dir[256]; /* database, key file, control socket; default /var/lib/tinbao */
    bool demo;           /* the roster says it is invented: refused on a real modem */

    struct line_config lines[CONFIG_LINES_MAX];
    size_t n_lines;
    struct balance_config balances[8];
    size_t n_balances;

    /* all loaded lists; owned by the config */
    struct place *places;
    size_t n_places;
    struct kind *kinds;
    size_t n_kinds;
    struct form_def *forms;
    size_t n_forms;
    struct message_text *messages;
    size_t n_messages;
    struct roster_entry *roster;
    size_t n_roster;

    /* attendance: who is expected, and when */
    struct shift_config *shifts;
    size_t n_shifts;
    struct attendance_config attendance;
    struct children_config children;
    struct http_config http; /* sessions, metrics and health on this machine */
    struct rota rota;        /* who is on duty when; all empty: everybody with the role duty */
    /* calendar.c: what is due when, and presence on the scene */
    const struct calendar_item *calendar;
    size_t n_calendar;
    bool calendar_on;            /* the file has a calendar: people are reminded; else the shipped list is only shown */
    char calendar_at[HHMM_SIZE]; /* "08:00": reminders go out from this time of the day on */
    struct presence_config presence;

    /* digests and the budget */
    struct digest_rule digests[CONFIG_DIGESTS_MAX + 3]; /* and one for each role that is not named */
    size_t n_digests;
    struct budget_config budget;

    struct courier_config courier; /* webhooks, mail, spare line */
    struct tips_config tips;       /* tips kept apart, and what is kept how long */
    struct retention_config retention;
    struct journal_config journal; /* raw messages, sealed, for the day the database is lost */
    struct backup_config backup;
    int reserve_mb;   /* of the disk, given free when it is full; default 8, 0 = none */
    int disk_warn_mb; /* less free space is told; default 200, 0 = never */

    /* values, each a row of the table in keys.c */
    char service_name[32];            /* "CA xa Tan Phuc", for texts; default "CA xa" */
    int code_digits;                  /* digits of an incident code before the check digit: 4..6, default 4 */
    int join_parts_s;                 /* incomplete multipart handled after, default 600 */
    int join_window_s;                /* one event, many reports: default 1800, 0 = never */
    int resend_window_s;              /* same report again, default 300 */
    int unknown_replies_per_hour;     /* to one unknown number, default 3 */
    int unknown_replies_all_per_hour; /* to all unknown numbers, default 60 */
    int unknown_alerts_per_hour;      /* alerts for what one unknown number reports, default 5 */
    int unknown_alerts_all_per_hour;  /* for what all of them report, default 30; SOS count apart */
    int alert_repeat_s[6];            /* by severity 1..5 (index): no NHAN within, defaults 1800 1800 1800 900 300 */
    int alert_ttl_s;                  /* an alert's time to live, default 7200 */
    int reply_ttl_s;                  /* default 3600 */
    int digest_ttl_s;                 /* default 43200 */
    int sos_repeat_s;                 /* default 120 */
    int reach_after_s;                /* no delivery report within: "chua den may", default 180 */
    int handover_s;                   /* nobody confirms a hand-over within: it stays, default 600 */
    int stand_still_s[6];             /* by severity 1..5: taken, and no word since: asked for; 0 = never */
    int call_out_count_s;             /* DIEU: how many came is told after, default 900 */
    int code_rest_days;               /* a code is free again after, default 90 */
    int tip_number_days;              /* a tipster's number is erased after, default 7 */
    int night_start_h, night_end_h;   /* 21 and 5 */
    int under_way_h;                  /* TROM is under way up to, default 2 hours */
    int watchdog_s;                   /* a loop that hangs so long is started again, default 90, 0 = never */
    int line_deadline_max_s;          /* longest deadline a line may announce, default 120 */
    bool dlr;                         /* ask for delivery reports, default true */
    int balance_every_h;              /* ask the balance, 0 = never, default 24 */
    char quiet_from[HHMM_SIZE];       /* quiet hours for all that is not urgent: "22:00" */
    char quiet_to[HHMM_SIZE];         /* "05:30"; the same as quiet_from: none */
    char digest_at[HHMM_SIZE];        /* the digest of the night: "05:30" */
    char digest_report_at[HHMM_SIZE]; /* those of the week and the month: "07:00" */
    int digest_week_day;              /* 0 = Monday .. 6 = Sunday */
    char digest_empty[8];             /* when nothing happened: "line" or "nothing" */
    int digest_parts;                 /* at most so many messages a digest, default 6 */
    int balance_low;                  /* dong: below, duty and chief are told; 0 = never; default 20000 */
    int balance_expiry_days;          /* so many days before the credit runs out, 0 = never; default 7 */
    /* codes and menus */
    char pin_codes[24];  /* codes that ask for the PIN of who has one: "2*" is one incident; default "2* 3" */
    int pin_tries;       /* wrong PINs of one user before they are locked, default 5 */
    int pin_tries_all;   /* of all users together, default 20 */
    int pin_lock_s;      /* locked for, and counted over, default 3600 */
    bool bare_ack;       /* NHAN without a code takes the one alert that is open, default true */
    int revoke_within_h; /* KHOA: the second one within, default 24 */
    int menu_timeout_s;  /* a menu without an input ends after, default 600 */
    char log_level[12];  /* "info" */

    const struct place *const *places_by_code; /* sorted, n_places; NULL in a config made by hand */
    bool roster_given;                         /* the config names its roster: import may write it */
    void *arena;                               /* owner of the strings, config_free() */
};

/* Loads everything. NULL when the file can not be read or there are errors (see problems). */
struct config *config_load(const char *path, struct problems *p);
/* The same with the users of the file `roster` instead of the configured one (roster_path
 * still says the configured one): for `tinbao roster check|import FILE`. NULL = as config_load. */
struct config *config_load_roster(const char *path, const char *roster, struct problems *p);
void config_free(struct config *c);
/* One line a setting of the table: name, type, unit, range, default, what it is for. */
void config_print_keys(FILE *to);

const struct place *config_place(const struct config *c, const char *code);
const struct kind *config_kind(const struct config *c, const char *code);
const struct form_def *config_form(const struct config *c, const char *name);

/* The roster CSV (product page): UTF-8 with or without BOM, comma or semicolon, header
 * required. Every bad line is a problem; returns the number of entries or -errno.
 * *out is malloc'ed; the caller frees. */
int roster_read(const char *path, struct roster_entry **out, struct problems *p);
/* The checks of the product page against the places: team of 3 to 5, one leader, one
 * deputy, duplicate phones, unknown places, places without an officer, nobody on duty. */
void roster_check(const struct roster_entry *r, size_t n, const struct place *places, size_t n_places, const char *file,
                  struct problems *p);
/* The same over octets in memory; `file` is for the messages. */
int roster_parse(const char *data, size_t size, const char *file, struct roster_entry **out, struct problems *p);
/* Writes the CSV in place of the file: a temporary beside it, fsync, rename, fsync of the
 * directory; 0 or -errno, and then the old file is untouched. */
int roster_write(const char *path, const struct roster_entry *r, size_t n);
/* Prints the CSV; 0 or -EIO. */
int roster_print(FILE *to, const struct roster_entry *r, size_t n);

/* One setting's change at SIGHUP: which keys differ and may be taken over (0), or need a
 * restart (1). Calls say(ctx, key, needs_restart) for each. */
void config_diff(const struct config *a, const struct config *b,
                 void (*say)(void *ctx, const char *key, bool needs_restart), void *ctx);

#endif
