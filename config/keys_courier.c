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

#define HOOK(member) offsetof(struct webhook_config, member), .size = sizeof(((struct webhook_config *)0)->member)
#define MAIL(member) offsetof(struct mail_config, member), .size = sizeof(((struct mail_config *)0)->member)
#define SPARE(member) offsetof(struct spare_config, member), .size = sizeof(((struct spare_config *)0)->member)
#define COURIER(member) offsetof(struct courier_config, member), .size = sizeof(((struct courier_config *)0)->member)
#define STR(name_, min_, def_, wrong_, place, what_)                                                                   \
    {                                                                                                                  \
        .name = (name_), .type = KEY_STR, .min = (min_), .def = (def_), .wrong = (wrong_), .what = (what_),            \
        .offset = place                                                                                                \
    }
#define SWITCH(name_, def_, place, what_)                                                                              \
    {                                                                                                                  \
        .name = (name_), .type = KEY_BOOL, .def = (def_), .what = (what_), .offset = place                             \
    }
#define CHOICE(name_, def_, choices_, place, what_)                                                                    \
    {                                                                                                                  \
        .name = (name_), .type = KEY_ENUM, .def = (def_), .choices = (choices_), .what = (what_), .offset = place      \
    }
#define NUMBER(name_, unit_, min_, max_, def_, place, what_)                                                           \
    {                                                                                                                  \
        .name = (name_), .type = KEY_INT, .unit = (unit_), .min = (min_), .max = (max_), .def = (def_),                \
        .what = (what_), .offset = place                                                                               \
    }

static const struct key webhook_keys[] = {
    STR("name", 1, NULL, wrong_name, HOOK(name), "its name in logs and status"),
    STR("url", 1, NULL, NULL, HOOK(url), "https://..., or http:// on this machine"),
    STR("secret", 0, "", NULL, HOOK(secret), "whsec_..., which the receiver has too"),
    STR("secret_file", 0, "", NULL, HOOK(secret_file), "a file of mode 0600 with the secret, instead of secret"),
    {.name = "events",
     .type = KEY_STRINGS,
     .max = 32,
     .def = "",
     .wrong = wrong_event,
     .what = "incident.*, sos.*, tip.received, line.*, digest, service.alive; none: all",
     .offset = offsetof(struct webhook_config, events),
     .count_at = offsetof(struct webhook_config, n_events)},
    SWITCH("numbers", "false", HOOK(numbers), "the phones of users of the service; never anybody else's"),
    SWITCH("restricted", "false", HOOK(restricted), "events of restricted kinds, with their code alone"),
    SWITCH("insecure_http", "false", HOOK(insecure_http),
           "http:// beyond this machine: anybody on the way can read it"),
    STR("ca_file", 0, "", NULL, HOOK(ca_file), "the certificate of its authority, if it is no public one"),
};

static const struct key mail_keys[] = {
    STR("url", 1, NULL, wrong_mail_url, MAIL(url), "smtps://host:465 or smtp://host:587"),
    STR("from", 1, NULL, wrong_mail, MAIL(from), "the sender's address"),
    {.name = "to",
     .type = KEY_STRINGS,
     .min = 1,
     .max = 16,
     .wrong = wrong_mail,
     .what = "the recipients; each gets a mail of its own",
     .offset = offsetof(struct mail_config, to),
     .size = 120,
     .count_at = offsetof(struct mail_config, n_to)},
    STR("user", 0, "", NULL, MAIL(user), "the account at the mail server"),
    STR("password", 0, "", NULL, MAIL(password), "its password"),
    STR("password_file", 0, "", NULL, MAIL(password_file), "a file of mode 0600 with the password, instead"),
    CHOICE("tls", "required", tls_names, offsetof(struct mail_config, tls), "none: only to a server on this machine"),
    SWITCH("digests", "true", MAIL(digests), "digests go by mail too"),
    SWITCH("alarms", "true", MAIL(alarms), "what is wrong with lines and SIMs goes by mail"),
    SWITCH("alive", "false", MAIL(alive), "a mail that says that the service lives, every alive_every_h"),
    STR("ca_file", 0, "", NULL, MAIL(ca_file), "the certificate of its authority, if it is no public one"),
};

static const struct key spare_keys[] = {
    STR("url", 1, NULL, NULL, SPARE(url), "of the provider; {number} {text} {id} {secret} are put in"),
    CHOICE("method", "POST", method_names, offsetof(struct spare_config, method), "how it is asked"),
    CHOICE("encoding", "json", encoding_names, offsetof(struct spare_config, encoding), "of the body"),
    STR("body", 0, "", NULL, SPARE(body), "of a POST; {number} {text} {id} {secret} are put in"),
    {.name = "headers",
     .type = KEY_STRINGS,
     .max = 8,
     .def = "",
     .wrong = wrong_header,
     .what = "Name: value; {secret} is put in",
     .offset = offsetof(struct spare_config, headers),
     .size = 255,
     .count_at = offsetof(struct spare_config, n_headers)},
    STR("success", 0, "", NULL, SPARE(success), "what a good answer contains, besides HTTP 2xx"),
    STR("secret", 0, "", NULL, SPARE(secret), "put in for {secret}"),
    STR("secret_file", 0, "", NULL, SPARE(secret_file), "a file of mode 0600 with the secret, instead"),
    CHOICE("number", "local", number_names, offsetof(struct spare_config, number),
           "0912345678, 84912345678 or +84912345678"),
    NUMBER("after_s", "s", 10, 3600, "60", SPARE(after_s), "used when no modem has been up for"),
    NUMBER("tries", "tries", 1, 40, "3", SPARE(tries), "or when a modem has failed with a text so often"),
    NUMBER("daily_max", "texts", 1, 10000, "100", SPARE(daily_max), "at most so many a day"),
    SWITCH("insecure_http", "false", SPARE(insecure_http), "http:// beyond this machine: numbers and texts in clear"),
    STR("ca_file", 0, "", NULL, SPARE(ca_file), "the certificate of its authority, if it is no public one"),
};

static const struct key courier_keys[] = {
    NUMBER("timeout_s", "s", 2, 120, "20", COURIER(timeout_s), "one try takes at most"),
    NUMBER("retry_first_s", "s", 1, 3600, "5", COURIER(retry_first_s), "the pause after a first failure, then doubled"),
    NUMBER("retry_cap_s", "s", 1, 86400, "300", COURIER(retry_cap_s), "the longest pause"),
    NUMBER("give_up_h", "h", 1, 720, "72", COURIER(give_up_h), "what still fails after is dead: tinbao courier --dead"),
    NUMBER("alarm_after_s", "s", 30, 86400, "300", COURIER(alarm_after_s),
           "told by mail, webhook and spare line: a modem or SIM that fails for"),
    NUMBER("alive_every_h", "h", 0, 168, "24", COURIER(alive_every_h), "an event service.alive every, 0 = never"),
    STR("bell", 0, "", NULL, COURIER(bell), "a terminal, e.g. /dev/tty1, that rings while a modem or SIM fails"),
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
