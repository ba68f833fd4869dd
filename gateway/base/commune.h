// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The domain's plain data, shared by config (which loads it), parsers (which match
 * against it) and the desk (which acts on it). Strings are owned by whoever loaded them
 * and are UTF-8, NFC as typed in the file.
 */
#ifndef TB_BASE_COMMUNE_H
#define TB_BASE_COMMUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role {
    ROLE_NONE, /* an unknown number */
    ROLE_MEMBER,
    ROLE_DEPUTY,
    ROLE_LEADER,
    ROLE_VILLAGE_HEAD,
    ROLE_AREA_OFFICER,
    ROLE_DUTY,
    ROLE_CHIEF,
    ROLE_COUNT
};

/* "member", "area_officer" …; NULL out of range. role_from: ROLE_NONE when unknown. */
const char *role_name(enum role r);
enum role role_from(const char *name);

#define ROLE_BIT(r) (1u << (r))

#define PLACE_CODE_SIZE 8 /* 1..7 digits or letters */
#define KIND_CODE_SIZE 16
#define FORM_NAME_SIZE 24
#define CODE_SIZE 8 /* an incident code: 5 or 6 digits, NUL (7 and 8 reserved) */

struct place {
    char code[PLACE_CODE_SIZE];
    const char *name;           /* "Mạn Đê" */
    const char *type;           /* "thon", "tdp", "xom" …: typed before the name, forgiven */
    const char *const *aliases; /* n_aliases */
    size_t n_aliases;
};

enum kind_goes { GOES_AT_ONCE, GOES_WHILE_UNDER_WAY, GOES_DIGEST, GOES_DUTY };

struct kind {
    char code[KIND_CODE_SIZE]; /* "TROM" */
    const char *name;          /* "trộm cắp" */
    const char *const *words;  /* aliases, with or without accents */
    size_t n_words;
    int severity; /* 1..5 */
    enum kind_goes goes;
    bool restricted;
    const char *const *officers; /* restricted: E.164 numbers of the named officers */
    size_t n_officers;
};

enum count_period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH };

/* A form is data. Slots in order, e.g. { "thon", "loai", "[gio]", "mota" }: a name in
 * brackets is optional; names: thon loai gio ma so mota noidung phone moi field value
 * keyword, and "THANH/KHONG" style literals as "result:THANH|KHONG". */
struct form_def {
    char name[FORM_NAME_SIZE];   /* "incident" */
    const char *const *keywords; /* first is the keyword, others aliases; may hold spaces */
    size_t n_keywords;
    const char *const *slots;
    size_t n_slots;
    bool activity;            /* records and counts, needs no C */
    bool leaders;             /* activity: not for plain members */
    enum count_period period; /* activity: the count of its confirmation */
    int target;               /* so many a period and place are asked for; 0 = no number */
    const char *file;         /* where it stood, for messages */
    int line;
};

/* A line of the roster. */
struct roster_entry {
    char name[96];
    char phone[20];
    enum role role;
    char places[256]; /* codes joined by one space; "" = all (duty, chief) */
    char pin[72];     /* as written in the CSV: digits, or "" */
    int line;         /* line in the file, 1.. */
};

#endif
