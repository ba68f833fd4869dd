// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes out by other ways than a modem, as the config says it: webhooks, mail, the spare
 * line (a provider of SMS over HTTP), and how patiently. Included by config.h. Nothing of it is
 * on by default.
 */
#ifndef TB_CONFIG_COURIER_H
#define TB_CONFIG_COURIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBHOOKS_MAX 8
#define WEBHOOK_KEY_MAX 64
#define SECRET_SIZE 160

struct webhook_config {
    char name[32]; /* "tinh" */
    char url[512]; /* https://…, or http:// on loopback or with insecure_http */
    /* "whsec_<base64>", here or as the first line of secret_file (mode 0600) */
    char secret[SECRET_SIZE], secret_file[256];
    const char *const *events; /* "incident.*", "line.down", "*" */
    size_t n_events;
    bool numbers;       /* the phones of users of the service; never anybody else's */
    bool restricted;    /* events of restricted kinds, with their code alone */
    bool insecure_http; /* http:// beyond loopback */
    char ca_file[256];  /* "" = the system's certificates */
    uint8_t key[WEBHOOK_KEY_MAX];
    size_t key_len;
};

enum mail_tls { MAIL_TLS_REQUIRED, MAIL_TLS_NONE };

struct mail_config {
    char url[256]; /* "" = no mail; smtps://host:465 or smtp://host:587 */
    char from[128];
    const char *const *to;
    size_t n_to;
    char user[128], password[SECRET_SIZE], password_file[256];
    enum mail_tls tls;
    bool digests, alarms, alive;
    char ca_file[256];
};

enum spare_method { SPARE_POST, SPARE_GET };
enum spare_encoding { SPARE_JSON, SPARE_FORM };
enum spare_number { SPARE_LOCAL, SPARE_PLAIN, SPARE_E164 };

struct spare_config {
    char url[1024]; /* "" = no spare line; {number} {text} {id} {secret} are put in, percent-encoded */
    enum spare_method method;
    enum spare_encoding encoding; /* how they are put into the body */
    char body[1024];
    const char *const *headers; /* "Authorization: Bearer {secret}" */
    size_t n_headers;
    char success[128]; /* "" or what a good answer contains */
    char secret[SECRET_SIZE], secret_file[256];
    enum spare_number number; /* 0912345678, 84912345678, +84912345678 */
    int after_s;              /* no line has been up for so long */
    int tries;                /* or a modem has failed so often with this text */
    int daily_max;
    bool insecure_http;
    char ca_file[256];
};

struct courier_config {
    struct webhook_config *webhooks; /* in the arena */
    size_t n_webhooks;
    struct mail_config mail;
    struct spare_config spare;
    int timeout_s;     /* of one try */
    int retry_first_s; /* the first pause, then doubled */
    int retry_cap_s;   /* the longest */
    int give_up_h;     /* then it is dead */
    int alarm_after_s; /* a line down, or its SIM or network refused, for so long is told */
    int alive_every_h; /* service.alive, 0 = never */
    char bell[256];    /* a terminal that rings while something is wrong, "" = only that of serve */
};

#endif
