// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of keys: what may stand in a settings file. One row says name, type, unit,
 * range, default, what it is for, where its value goes, and whether a running service may
 * take a change over. The reading, the messages, `tinbao check --keys` and the comparison at SIGHUP
 * all follow the table; a new setting is a member of the struct and a row.
 */
#ifndef TB_CONFIG_KEYS_H
#define TB_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum key_type {
    KEY_INT,     /* int */
    KEY_INTS,    /* int[size], all of them given */
    KEY_BOOL,    /* bool */
    KEY_STR,     /* char[size]; with choices: one of them */
    KEY_PHONE,   /* char[size], E.164, "" = none */
    KEY_PATH,    /* char[size], relative to the file that names it; the default is a shipped file */
    KEY_TEXT,    /* const char *, in the arena */
    KEY_STRINGS, /* const char *const *, with the count (size_t) at count_at */
    KEY_PHONES,  /* the same, each E.164 */
    KEY_ENUM,    /* int-sized enum: the index in choices */
    KEY_OTHER    /* a list or group that a function of its own reads; the row has its name and words */
};

struct key {
    const char *name;
    enum key_type type;
    const char *unit;
    long min, max;   /* of a number; of a text or list: least and most octets or entries (max 0: size decides) */
    const char *def; /* as written in a file, numbers of KEY_INTS with blanks; NULL: must be given */
    const char *what;
    size_t offset, size, count_at;           /* size of KEY_STRINGS: most octets of one, 0 = 80 */
    const char *const *choices;              /* NULL at the end */
    const char *(*wrong)(const char *value); /* NULL: fine; else what is wrong and the remedy */
    bool live;                               /* SIGHUP may take a change over */
};

struct key_table {
    const struct key *keys;
    size_t n;
};

struct key_table keys_of_config(void);
struct key_table keys_of_line(void);
struct key_table keys_of_balance(void);
struct key_table keys_of_place(void);
struct key_table keys_of_kind(void);
struct key_table keys_of_form(void);
struct key_table keys_of_shift(void);
struct key_table keys_of_attendance(void);
/* keys_keep.c */
struct key_table keys_of_tips(void);
struct key_table keys_of_retention(void);
struct key_table keys_of_children(void); /* keys_children.c */
struct key_table keys_of_journal(void);  /* keys_journal.c */
/* keys_http.c */
struct key_table keys_of_http(void);
const char *keys_http_secret(const char *v); /* NULL: fine; else what is wrong with it */
/* digests and budget */
struct key_table keys_of_digest(void);
struct key_table keys_of_budget(void);
/* keys_rota.c */
struct key_table keys_of_duty(void);
struct key_table keys_of_rota_shift(void);
struct key_table keys_of_rota_holiday(void);
struct key_table keys_of_rota_replacement(void);
struct key_table keys_of_rota_campaign(void);
struct key_table keys_of_rota_call(void);
struct key_table keys_of_calendar(void); /* keys_calendar.c */
struct key_table keys_of_presence(void);
struct key_table keys_of_webhook(void);
struct key_table keys_of_mail(void);
struct key_table keys_of_spare(void);
struct key_table keys_of_courier(void);
struct key_table keys_of_backup(void); /* keys_backup.c */

#endif
