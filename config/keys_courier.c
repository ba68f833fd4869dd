// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of keys of the courier: webhooks, mail, spare line. Called by config/courier.c;
 * plain data. */
#include "config/keys.h"

#include "config/courier.h"
#include "gateway/base/err.h"

#include <ctype.h>
#include <string.h>

static const char *const tls_names[] = {"required", "none", NULL};
static const char *const method_names[] = {"POST", "GET", NULL};
static const char *const encoding_names[] = {"json", "form", NULL};
static const char *const number_names[] = {"local", "plain", "e164", NULL};

static const char *wrong_name(const char *v)
{
    for (; *v; v++)
        if (!isalnum((unsigned char)*v) && *v != '-' && *v != '_')
            return "a webhook's name is letters, digits, - and _, e.g. tinh";
    return NULL;
}

static const char *wrong_event(const char *v)
{
    size_t n = strspn(v, "abcdefghijklmnopqrstuvwxyz._");
    return v[n] == '\0' || (v[n] == '*' && v[n + 1] == '\0') ? NULL
                                                             : "an event is written incident.created, incident.* or *";
}

static const char *wrong_mail(const char *v)
{
    const char *at = strchr(v, '@');
    return at && at != v && at[1] && !strpbrk(v, " <>,;\"") ? NULL : "a mail address is written name@example.vn";
}

static const char *wrong_mail_url(const char *v)
{
    return !*v || !strncmp(v, "smtps://", 8) || !strncmp(v, "smtp://", 7)
               ? NULL
               : "write smtps://mail.example.vn:465, or smtp://mail.example.vn:587";
}

static const char *wrong_header(const char *v)
{
    const char *colon = strchr(v, ':');
    return colon && colon != v ? NULL : "a header is written \"Name: value\"";
}

#define STR(type_, member, min_, def_, wrong_, what_)                                                                  \
    {                                                                                                                  \
        .name = #member, .type = KEY_STR, .min = (min_), .def = (def_), .wrong = (wrong_), .what = (what_),            \
        .offset = offsetof(type_, member), .size = sizeof(((type_ *)0)->member)                                        \
    }
#define SWITCH(type_, member, def_, what_)                                                                             \
    {                                                                                                                  \
        .name = #member, .type = KEY_BOOL, .def = (def_), .what = (what_), .offset = offsetof(type_, member)           \
    }
#define CHOICE(type_, member, def_, choices_, what_)                                                                   \
    {                                                                                                                  \
        .name = #member, .type = KEY_ENUM, .def = (def_), .choices = (choices_), .what = (what_),                      \
        .offset = offsetof(type_, member)                                                                              \
    }
#define NUMBER(type_, member, unit_, min_, max_, def_, what_)                                                          \
    {                                                                                                                  \
        .name = #member, .type = KEY_INT, .unit = (unit_), .min = (min_), .max = (max_), .def = (def_),                \
        .what = (what_), .offset = offsetof(type_, member)                                                             \
    }

static const struct key webhook_keys[] = {
    STR(struct webhook_config, name, 1, NULL, wrong_name, "its name in logs and status"),
    STR(struct webhook_config, url, 1, NULL, NULL, "https://..., or http:// on this machine"),
    STR(struct webhook_config, secret, 0, "", NULL, "whsec_..., which the receiver has too"),
    STR(struct webhook_config, secret_file, 0, "", NULL, "a file of mode 0600 with the secret, instead of secret"),
    {.name = "events",
     .type = KEY_STRINGS,
     .max = 32,
     .def = "",
     .wrong = wrong_event,
     .what = "incident.*, sos.*, tip.received, line.*, digest, service.alive; none: all",
     .offset = offsetof(struct webhook_config, events),
     .count_at = offsetof(struct webhook_config, n_events)},
    SWITCH(struct webhook_config, numbers, "false", "the phones of users of the service; never anybody else's"),
    SWITCH(struct webhook_config, restricted, "false", "events of restricted kinds, with their code alone"),
    SWITCH(struct webhook_config, insecure_http, "false",
           "http:// beyond this machine: anybody on the way can read it"),
    STR(struct webhook_config, ca_file, 0, "", NULL, "the certificate of its authority, if it is no public one"),
};

static const struct key mail_keys[] = {
    STR(struct mail_config, url, 1, NULL, wrong_mail_url, "smtps://host:465 or smtp://host:587"),
    STR(struct mail_config, from, 1, NULL, wrong_mail, "the sender's address"),
    {.name = "to",
     .type = KEY_STRINGS,
     .min = 1,
     .max = 16,
     .wrong = wrong_mail,
     .what = "the recipients; each gets a mail of its own",
     .offset = offsetof(struct mail_config, to),
     .size = 120,
     .count_at = offsetof(struct mail_config, n_to)},
    STR(struct mail_config, user, 0, "", NULL, "the account at the mail server"),
    STR(struct mail_config, password, 0, "", NULL, "its password"),
    STR(struct mail_config, password_file, 0, "", NULL, "a file of mode 0600 with the password, instead"),
    CHOICE(struct mail_config, tls, "required", tls_names, "none: only to a server on this machine"),
    SWITCH(struct mail_config, digests, "true", "digests go by mail too"),
    SWITCH(struct mail_config, alarms, "true", "what is wrong with lines and SIMs goes by mail"),
    SWITCH(struct mail_config, alive, "false", "a mail that says that the service lives, every alive_every_h"),
    STR(struct mail_config, ca_file, 0, "", NULL, "the certificate of its authority, if it is no public one"),
};

static const struct key spare_keys[] = {
    STR(struct spare_config, url, 1, NULL, NULL, "of the provider; {number} {text} {id} {secret} are put in"),
    CHOICE(struct spare_config, method, "POST", method_names, "how it is asked"),
    CHOICE(struct spare_config, encoding, "json", encoding_names, "of the body"),
    STR(struct spare_config, body, 0, "", NULL, "of a POST; {number} {text} {id} {secret} are put in"),
    {.name = "headers",
     .type = KEY_STRINGS,
     .max = 8,
     .def = "",
     .wrong = wrong_header,
     .what = "Name: value; {secret} is put in",
     .offset = offsetof(struct spare_config, headers),
     .size = 255,
     .count_at = offsetof(struct spare_config, n_headers)},
    STR(struct spare_config, success, 0, "", NULL, "what a good answer contains, besides HTTP 2xx"),
    STR(struct spare_config, secret, 0, "", NULL, "put in for {secret}"),
    STR(struct spare_config, secret_file, 0, "", NULL, "a file of mode 0600 with the secret, instead"),
    CHOICE(struct spare_config, number, "local", number_names, "0912345678, 84912345678 or +84912345678"),
    NUMBER(struct spare_config, after_s, "s", 10, 3600, "60", "used when no modem has been up for"),
    NUMBER(struct spare_config, tries, "tries", 1, 40, "3", "or when a modem has failed with a text so often"),
    NUMBER(struct spare_config, daily_max, "texts", 1, 10000, "100", "at most so many a day"),
    SWITCH(struct spare_config, insecure_http, "false", "http:// beyond this machine: numbers and texts in clear"),
    STR(struct spare_config, ca_file, 0, "", NULL, "the certificate of its authority, if it is no public one"),
};

static const struct key courier_keys[] = {
    NUMBER(struct courier_config, timeout_s, "s", 2, 120, "20", "one try takes at most"),
    NUMBER(struct courier_config, retry_first_s, "s", 1, 3600, "5", "the pause after a first failure, then doubled"),
    NUMBER(struct courier_config, retry_cap_s, "s", 1, 86400, "300", "the longest pause"),
    NUMBER(struct courier_config, give_up_h, "h", 1, 720, "72",
           "what still fails after is dead: tinbao courier --dead"),
    NUMBER(struct courier_config, alarm_after_s, "s", 30, 86400, "300",
           "told by mail, webhook and spare line: a modem or SIM that fails for"),
    NUMBER(struct courier_config, alive_every_h, "h", 0, 168, "24", "an event service.alive every, 0 = never"),
    STR(struct courier_config, bell, 0, "", NULL, "a terminal, e.g. /dev/tty1, that rings while a modem or SIM fails"),
};

#define TABLE(t) ((struct key_table){t, ARRAY_LEN(t)})

struct key_table keys_of_webhook(void)
{
    return TABLE(webhook_keys);
}

struct key_table keys_of_mail(void)
{
    return TABLE(mail_keys);
}

struct key_table keys_of_spare(void)
{
    return TABLE(spare_keys);
}

struct key_table keys_of_courier(void)
{
    return TABLE(courier_keys);
}
