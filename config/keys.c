// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of keys. Called by the loader and the comparison; plain data. */
#include "config/keys.h"

#include "config/config.h"
#include "gateway/base/err.h"

#include <ctype.h>
#include <string.h>

static const char *const log_levels[] = {"error", "warning", "note", "info", "debug", NULL};
static const char *const period_names[] = {"day", "week", "month", NULL};
static const char *const empty_names[] = {"line", "nothing", NULL};
static const char *const weekday_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
/* In the order of enum kind_goes. */
static const char *const goes_names[] = {"at_once", "while_under_way", "digest", "duty", NULL};

static bool all(const char *s, int (*is)(int))
{
    for (; *s; s++)
        if (!is((unsigned char)*s))
            return false;
    return true;
}

static const char *wrong_place_code(const char *v)
{
    return all(v, isalnum) ? NULL : "a place's code is 1 to 7 digits or letters without accents or spaces";
}

static const char *wrong_kind_code(const char *v)
{
    bool fine = isupper((unsigned char)v[0]);
    for (const char *s = v; *s; s++)
        fine = fine && (isupper((unsigned char)*s) || isdigit((unsigned char)*s));
    return fine ? NULL : "a kind's code is capital letters without accents, e.g. TROM";
}

static const char *wrong_form_name(const char *v)
{
    for (; *v; v++)
        if (!islower((unsigned char)*v) && *v != '_')
            return "a form's name is small letters and _, e.g. good_deed";
    return NULL;
}

static const char *wrong_line_name(const char *v)
{
    return all(v, isalnum) ? NULL : "a line's name is letters and digits, e.g. gsm1";
}

static const char *wrong_pin(const char *v)
{
    size_t n = strlen(v);
    return n == 0 || (all(v, isdigit) && n >= 4 && n <= 8) ? NULL : "a SIM's PIN is 4 to 8 digits, or \"\" for none";
}

static const char *wrong_ussd(const char *v)
{
    size_t n = strlen(v);
    bool fine = n >= 2 && (v[0] == '*' || v[0] == '#') && v[n - 1] == '#';
    for (; *v; v++)
        fine = fine && (isdigit((unsigned char)*v) || *v == '*' || *v == '#');
    return fine ? NULL : "a USSD code looks like *101#";
}

static const char *wrong_operator(const char *v)
{
    size_t n = strlen(v);
    return !strcmp(v, "*") || (all(v, isdigit) && n >= 5 && n <= 6)
               ? NULL
               : "an operator is its 5 or 6 digits, e.g. 45204 for Viettel, or * for any";
}

static const char *wrong_pin_codes(const char *v)
{
    for (const char *s = v; *s; s++) {
        bool digit = *s >= '0' && *s <= '7' && (s == v || s[-1] == ' ');
        bool star = *s == '*' && s > v && s[-1] == '2';
        if (!digit && !star && *s != ' ')
            return "codes are their digits with a blank between them, as in \"2* 3\"; 2* is one incident, \"\" none";
    }
    return NULL;
}

static const char *wrong_connection(const char *v)
{
    return !strncmp(v, "at", 2) ? NULL : "a connection of libgammu is at, at115200, at19200 ...";
}

static const char *wrong_time(const char *v)
{
    return config_minutes(v) < 0 ? "a time of day is written 05:30" : NULL;
}

#define PATH(name_, member, def_, what_)                                                                               \
    {                                                                                                                  \
        .name = (name_), .type = KEY_PATH, .def = (def_), .what = (what_), .offset = offsetof(struct config, member),  \
        .size = sizeof(((struct config *)0)->member), .live = true                                                     \
    }
#define NUMBER(member, unit_, min_, max_, def_, live_, what_)                                                          \
    {                                                                                                                  \
        .name = #member, .type = KEY_INT, .unit = (unit_), .min = (min_), .max = (max_), .def = (def_),                \
        .what = (what_), .offset = offsetof(struct config, member), .size = sizeof(int), .live = (live_)               \
    }

#define TIME_OF_DAY(member, def_, what_)                                                                               \
    {                                                                                                                  \
        .name = #member, .type = KEY_STR, .min = 1, .def = (def_), .wrong = wrong_time, .what = (what_),               \
        .offset = offsetof(struct config, member), .size = HHMM_SIZE, .live = true                                     \
    }

static const struct key config_keys[] = {
    PATH("places", places_path, "places.cfg", "the villages"),
    PATH("roster", roster_path, "roster.csv", "the users of the service, a CSV"),
    PATH("kinds", kinds_path, "kinds.cfg", "the kinds of incident"),
    PATH("forms", forms_path, "forms.cfg", "the forms of a report"),
    PATH("messages", messages_path, "messages.vi.cfg", "the texts that go out"),
    {.name = "state_dir",
     .type = KEY_PATH,
     .def = "/var/lib/tinbao",
     .offset = offsetof(struct config, state_dir),
     .size = sizeof(((struct config *)0)->state_dir),
     .what = "database, key file and control socket"},
    {.name = "lines", .type = KEY_OTHER, .what = "the modems, at most 4"},
    {.name = "balance", .type = KEY_OTHER, .live = true, .what = "USSD code of the balance by operator, at most 8"},
    {.name = "restricted", .type = KEY_OTHER, .live = true, .what = "the named officers of each restricted kind"},
    {.name = "shifts", .type = KEY_OTHER, .live = true, .what = "who stands which night in which village, at most 64"},
    {.name = "webhooks", .type = KEY_OTHER, .live = true, .what = "who is told of events over HTTP, at most 8"},
    {.name = "mail", .type = KEY_OTHER, .live = true, .what = "digests and alarms by mail"},
    {.name = "spare", .type = KEY_OTHER, .live = true, .what = "a provider of SMS over HTTP, when no modem works"},
    {.name = "courier", .type = KEY_OTHER, .live = true, .what = "how patiently webhooks and mails are tried"},
    {.name = "attendance", .type = KEY_OTHER, .live = true, .what = "how VAO, RA and missed calls are taken"},
    {.name = "duty",
     .type = KEY_OTHER,
     .live = true,
     .what = "who is on duty when: shifts, holidays, replacements ..."},
    {.name = "calendar", .type = KEY_OTHER, .live = true, .what = "what is due when, reminded and overdue, at most 40"},
    {.name = "presence", .type = KEY_OTHER, .live = true, .what = "what counts as being on the scene in time"},
    TIME_OF_DAY(calendar_at, "08:00", "reminders of the calendar go out at"),
    {.name = "tips", .type = KEY_OTHER, .live = true, .what = "the key that texts of tips are sealed to"},
    {.name = "retention", .type = KEY_OTHER, .live = true, .what = "what is kept how long"},
    {.name = "children", .type = KEY_OTHER, .what = "the core's children: started by it, or units of their own"},
    {.name = "backup", .type = KEY_OTHER, .live = true, .what = "where backups go, when, and how long they are kept"},
    NUMBER(reserve_mb, "MB", 0, 1000, "8", false, "of the disk, kept in reserve and given free when it is full"),
    NUMBER(disk_warn_mb, "MB", 0, 1000000, "200", true, "duty and chief are told of less free space, 0 = never"),
    {.name = "http", .type = KEY_OTHER, .live = true, .what = "USSD sessions, metrics and health over HTTP"},
    {.name = "journal", .type = KEY_OTHER, .what = "raw messages, sealed, for the day the database is lost"},
    {.name = "demo",
     .type = KEY_BOOL,
     .def = "false",
     .offset = offsetof(struct config, demo),
     .what = "the roster is invented: refused on a real modem"},
    {.name = "service_name",
     .type = KEY_STR,
     .min = 1,
     .def = "CA xa",
     .live = true,
     .offset = offsetof(struct config, service_name),
     .size = sizeof(((struct config *)0)->service_name),
     .what = "how the service calls itself in texts"},
    NUMBER(code_digits, "digits", 4, 6, "4", false, "digits of an incident's code before its check digit"),
    NUMBER(join_parts_s, "s", 10, 86400, "600", true, "a long message whose parts do not all come is handled after"),
    NUMBER(join_window_s, "s", 0, 86400, "1800", true,
           "reports of one kind in one village within join one incident, 0 = never"),
    NUMBER(resend_window_s, "s", 0, 3600, "300", true, "the same report from the same sender within is the same one"),
    NUMBER(unknown_replies_per_hour, "replies", 0, 60, "3", true, "replies an hour to one unknown number"),
    NUMBER(unknown_replies_all_per_hour, "replies", 0, 3600, "60", true, "replies an hour to all unknown numbers"),
    NUMBER(unknown_alerts_per_hour, "alerts", 1, 60, "5", true, "reports of one unknown number alerted in an hour"),
    NUMBER(unknown_alerts_all_per_hour, "alerts", 1, 3600, "30", true,
           "reports of all unknown numbers alerted in an hour; the rest is counted, and told in one text"),
    {.name = "alert_repeat_s",
     .type = KEY_INTS,
     .unit = "s",
     .min = 10,
     .max = 86400,
     .def = "1800 1800 1800 900 300",
     .offset = offsetof(struct config, alert_repeat_s) + sizeof(int),
     .size = 5,
     .live = true,
     .what = "an alert repeats after, without NHAN, by severity 1 to 5"},
    NUMBER(alert_ttl_s, "s", 60, 604800, "7200", true, "an alert's time to live"),
    NUMBER(reply_ttl_s, "s", 60, 86400, "3600", true, "a reply's time to live"),
    NUMBER(digest_ttl_s, "s", 60, 604800, "43200", true, "a digest's time to live"),
    NUMBER(sos_repeat_s, "s", 10, 3600, "120", true, "an SOS repeats after, without NHAN"),
    NUMBER(call_out_count_s, "s", 60, 14400, "900", true, "DIEU: how many came is told after"),
    NUMBER(reach_after_s, "s", 30, 3600, "180", true,
           "an alert without delivery report counts as not come to the phone after"),
    NUMBER(handover_s, "s", 60, 86400, "600", true, "a hand-over that nobody confirms ends after"),
    {.name = "stand_still_s",
     .type = KEY_INTS,
     .unit = "s",
     .min = 0,
     .max = 2592000,
     .def = "604800 259200 129600 14400 7200",
     .offset = offsetof(struct config, stand_still_s) + sizeof(int),
     .size = 5,
     .live = true,
     .what = "an incident that was taken is asked for after, without word of it, by severity 1 to 5, 0 = never"},
    NUMBER(code_rest_days, "days", 0, 3650, "90", true, "a closed incident's code is free again after"),
    NUMBER(tip_number_days, "days", 1, 30, "7", true, "a tipster's number is erased after"),
    NUMBER(night_start_h, "h", 12, 23, "21", true, "a night shift begins"),
    NUMBER(night_end_h, "h", 0, 11, "5", true, "a night shift ends"),
    NUMBER(under_way_h, "h", 0, 24, "2", true, "a theft counts as under way up to"),
    NUMBER(watchdog_s, "s", 0, 600, "90", false,
           "without systemd: a core that hangs so long starts itself again, 0 = never"),
    NUMBER(line_deadline_max_s, "s", 10, 600, "120", false, "the longest silence that a line may announce"),
    {.name = "dlr",
     .type = KEY_BOOL,
     .def = "true",
     .offset = offsetof(struct config, dlr),
     .live = true,
     .what = "ask the network for delivery reports"},
    NUMBER(balance_every_h, "h", 0, 720, "24", true, "ask for the balance every, 0 = never"),
    /* digests, quiet hours, budget, balance */
    {.name = "digests", .type = KEY_OTHER, .live = true, .what = "who gets which digests, at most 32"},
    {.name = "budget", .type = KEY_OTHER, .live = true, .what = "how much may be sent in a month and a day"},
    TIME_OF_DAY(quiet_from, "22:00", "from then on nothing goes out that is not urgent"),
    TIME_OF_DAY(quiet_to, "05:30", "the end of the quiet hours; as quiet_from: none"),
    TIME_OF_DAY(digest_at, "05:30", "the digest of the night"),
    TIME_OF_DAY(digest_report_at, "07:00", "the digests of the week and of the month"),
    {.name = "digest_week_day",
     .type = KEY_ENUM,
     .choices = weekday_names,
     .def = "mon",
     .offset = offsetof(struct config, digest_week_day),
     .live = true,
     .what = "the digest of the week goes out on"},
    {.name = "digest_empty",
     .type = KEY_STR,
     .choices = empty_names,
     .def = "nothing",
     .offset = offsetof(struct config, digest_empty),
     .size = sizeof(((struct config *)0)->digest_empty),
     .live = true,
     .what = "a digest of nothing is one line, or not sent"},
    NUMBER(digest_parts, "messages", 1, 9, "6", true, "a digest is at most"),
    NUMBER(balance_low, "dong", 0, 100000000, "20000", true, "duty and chief are told of less credit, 0 = never"),
    NUMBER(balance_expiry_days, "days", 0, 90, "7", true, "they are told so long before it runs out, 0 = never"),
    /* codes and menus */
    {.name = "pin_codes",
     .type = KEY_STR,
     .def = "2* 3",
     .wrong = wrong_pin_codes,
     .offset = offsetof(struct config, pin_codes),
     .size = sizeof(((struct config *)0)->pin_codes),
     .live = true,
     .what = "codes that ask for a PIN of whoever has one; 2* is one incident"},
    NUMBER(pin_tries, "tries", 1, 100, "5", true, "wrong PINs of one user before his codes are locked"),
    NUMBER(pin_tries_all, "tries", 1, 1000, "20", true, "wrong PINs of all users together before all are locked"),
    NUMBER(pin_lock_s, "s", 60, 86400, "3600", true, "PINs are locked for, and counted over"),
    {.name = "bare_ack",
     .type = KEY_BOOL,
     .def = "true",
     .offset = offsetof(struct config, bare_ack),
     .live = true,
     .what = "NHAN without a code takes the one alert that is open for the officer"},
    NUMBER(revoke_within_h, "h", 1, 168, "24", true, "KHOA: the second one must say so within"),
    NUMBER(menu_timeout_s, "s", 30, 86400, "600", true, "a menu without an input ends after"),
    {.name = "log_level",
     .type = KEY_STR,
     .def = "info",
     .choices = log_levels,
     .offset = offsetof(struct config, log_level),
     .size = sizeof(((struct config *)0)->log_level),
     .what = "the least important line that is logged"},
};

static const struct key line_keys[] = {
    {.name = "name",
     .type = KEY_STR,
     .min = 1,
     .wrong = wrong_line_name,
     .what = "its name in logs and status",
     .offset = offsetof(struct line_config, name),
     .size = sizeof(((struct line_config *)0)->name)},
    {.name = "device",
     .type = KEY_STR,
     .min = 1,
     .what = "/dev/serial/by-id/..., or virtual",
     .offset = offsetof(struct line_config, device),
     .size = sizeof(((struct line_config *)0)->device)},
    {.name = "connection",
     .type = KEY_STR,
     .def = "at",
     .wrong = wrong_connection,
     .what = "libgammu's connection",
     .offset = offsetof(struct line_config, connection),
     .size = sizeof(((struct line_config *)0)->connection)},
    {.name = "pin",
     .type = KEY_STR,
     .def = "",
     .wrong = wrong_pin,
     .what = "the SIM's PIN",
     .offset = offsetof(struct line_config, pin),
     .size = sizeof(((struct line_config *)0)->pin)},
    {.name = "own_number",
     .type = KEY_PHONE,
     .def = "",
     .what = "the SIM's number: never answered",
     .offset = offsetof(struct line_config, own_number),
     .size = sizeof(((struct line_config *)0)->own_number)},
    {.name = "rate_per_minute",
     .type = KEY_INT,
     .unit = "messages",
     .min = 1,
     .max = 600,
     .def = "20",
     .offset = offsetof(struct line_config, rate_per_minute),
     .what = "messages out in a minute"},
    {.name = "poll_s",
     .type = KEY_INT,
     .unit = "s",
     .min = 5,
     .max = 3600,
     .def = "60",
     .offset = offsetof(struct line_config, poll_s),
     .what = "the SIM is looked through every"},
    {.name = "is_virtual",
     .type = KEY_BOOL,
     .def = "false",
     .what = "a virtual modem (true if device is virtual)",
     .offset = offsetof(struct line_config, is_virtual)},
    {.name = "cut_pauses",
     .type = KEY_BOOL,
     .def = "false",
     .what = "cut libgammu's pauses (true on a virtual modem)",
     .offset = offsetof(struct line_config, cut_pauses)},
};

static const struct key balance_keys[] = {
    {.name = "operator",
     .type = KEY_STR,
     .wrong = wrong_operator,
     .what = "45204, or * for any",
     .offset = offsetof(struct balance_config, operator_code),
     .size = sizeof(((struct balance_config *)0)->operator_code)},
    {.name = "ussd",
     .type = KEY_STR,
     .wrong = wrong_ussd,
     .what = "*101#",
     .offset = offsetof(struct balance_config, ussd),
     .size = sizeof(((struct balance_config *)0)->ussd)},
};

static const struct key place_keys[] = {
    {.name = "code",
     .type = KEY_STR,
     .min = 1,
     .wrong = wrong_place_code,
     .what = "digits or letters, at most 7",
     .offset = offsetof(struct place, code),
     .size = PLACE_CODE_SIZE},
    {.name = "name", .type = KEY_TEXT, .min = 1, .max = 80, .what = "Mạn Đê", .offset = offsetof(struct place, name)},
    {.name = "type",
     .type = KEY_TEXT,
     .max = 24,
     .def = "",
     .what = "thon, tdp, xom ...",
     .offset = offsetof(struct place, type)},
    {.name = "aliases",
     .type = KEY_STRINGS,
     .max = 32,
     .def = "",
     .what = "other names",
     .offset = offsetof(struct place, aliases),
     .count_at = offsetof(struct place, n_aliases)},
};

static const struct key kind_keys[] = {
    {.name = "code",
     .type = KEY_STR,
     .min = 1,
     .wrong = wrong_kind_code,
     .what = "TROM",
     .offset = offsetof(struct kind, code),
     .size = KIND_CODE_SIZE},
    {.name = "name", .type = KEY_TEXT, .min = 1, .max = 80, .what = "trộm cắp", .offset = offsetof(struct kind, name)},
    {.name = "words",
     .type = KEY_STRINGS,
     .max = 256,
     .def = "",
     .what = "words that say so",
     .offset = offsetof(struct kind, words),
     .count_at = offsetof(struct kind, n_words)},
    {.name = "severity",
     .type = KEY_INT,
     .min = 1,
     .max = 5,
     .what = "5 is the worst",
     .offset = offsetof(struct kind, severity)},
    {.name = "goes",
     .type = KEY_ENUM,
     .choices = goes_names,
     .what = "when the officers are told",
     .offset = offsetof(struct kind, goes)},
    {.name = "restricted",
     .type = KEY_BOOL,
     .def = "false",
     .what = "for named officers only",
     .offset = offsetof(struct kind, restricted)},
    {.name = "officers",
     .type = KEY_PHONES,
     .max = 16,
     .def = "",
     .what = "the named officers",
     .offset = offsetof(struct kind, officers),
     .count_at = offsetof(struct kind, n_officers)},
};

static const struct key form_keys[] = {
    {.name = "name",
     .type = KEY_STR,
     .min = 1,
     .wrong = wrong_form_name,
     .what = "incident",
     .offset = offsetof(struct form_def, name),
     .size = FORM_NAME_SIZE},
    {.name = "keywords",
     .type = KEY_STRINGS,
     .min = 1,
     .max = 32,
     .what = "the keyword, then its aliases",
     .offset = offsetof(struct form_def, keywords),
     .count_at = offsetof(struct form_def, n_keywords)},
    {.name = "slots",
     .type = KEY_STRINGS,
     .max = 8,
     .def = "",
     .what = "what follows the keyword",
     .offset = offsetof(struct form_def, slots),
     .count_at = offsetof(struct form_def, n_slots)},
    {.name = "activity",
     .type = KEY_BOOL,
     .def = "false",
     .what = "records and counts",
     .offset = offsetof(struct form_def, activity)},
    {.name = "leaders",
     .type = KEY_BOOL,
     .def = "false",
     .what = "not for plain members",
     .offset = offsetof(struct form_def, leaders)},
    {.name = "period",
     .type = KEY_ENUM,
     .choices = period_names,
     .def = "month",
     .what = "what the confirmation counts",
     .offset = offsetof(struct form_def, period)},
    {.name = "target",
     .type = KEY_INT,
     .max = 100,
     .def = "0",
     .what = "so many a period are asked for, 0 = none",
     .offset = offsetof(struct form_def, target)},
};

#define TABLE(t) ((struct key_table){t, ARRAY_LEN(t)})

struct key_table keys_of_config(void)
{
    return TABLE(config_keys);
}

struct key_table keys_of_line(void)
{
    return TABLE(line_keys);
}

struct key_table keys_of_balance(void)
{
    return TABLE(balance_keys);
}

struct key_table keys_of_place(void)
{
    return TABLE(place_keys);
}

struct key_table keys_of_kind(void)
{
    return TABLE(kind_keys);
}

struct key_table keys_of_form(void)
{
    return TABLE(form_keys);
}
