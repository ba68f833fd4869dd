// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract between the core and the courier, the child that speaks HTTP and SMTP. One job,
 * one packet over a SOCK_SEQPACKET socket, a fixed schema; a packet that does not pass
 * courier_check() is -EPROTO and its sender is not trusted further (the core kills and restarts
 * the child, the child exits).
 *
 * Rules:
 *  - The courier has no database and no keys but what a job carries; both ends wipe a job when
 *    it is done.
 *  - COURIER_RESULT answers every job exactly once if the courier lives. A job without an
 *    answer may have been done: the core gives it again under the same event id.
 *  - At most COURIER_WINDOW jobs are given at a time; each ends within its timeout_ms.
 *  - COURIER_ALIVE is the first word, and comes every COURIER_ALIVE_S seconds.
 *  - End of file on the socket: what is under way gets COURIER_LINGER_MS, then exit 0.
 */
#ifndef TB_COURIER_COURIER_H
#define TB_COURIER_COURIER_H

#include <stddef.h>
#include <stdint.h>

#define COURIER_WIRE_MAGIC 0x74634001u /* "tc", version 1 */
#define COURIER_WINDOW 8
#define COURIER_ALIVE_S 5
#define COURIER_LINGER_MS 1500
#define COURIER_BODY_MAX 16384
#define COURIER_URL_MAX 2048
#define COURIER_KEY_MAX 64

enum courier_type {
    /* courier to core */
    COURIER_ALIVE = 1, /* no body */
    COURIER_RESULT,    /* result */
    /* core to courier */
    COURIER_HTTP = 64, /* http */
    COURIER_MAIL       /* mail */
};

enum courier_outcome {
    COURIER_DONE,   /* taken: HTTP 2xx (and `expect` was in the answer), or SMTP 2xx after the text */
    COURIER_FAILED, /* may work later; perhaps it was taken and only the answer is missing */
    COURIER_REFUSED /* will never work: HTTP 410, a mailbox that there is not */
};

enum courier_method { COURIER_POST, COURIER_GET };
enum courier_tls { COURIER_TLS_REQUIRED, COURIER_TLS_NONE };

struct courier_result {
    uint64_t id;
    uint8_t outcome; /* enum courier_outcome */
    uint8_t pad[3];
    int32_t status;         /* HTTP or SMTP status, 0 = none came */
    uint32_t retry_after_s; /* the server's wish, 0 = none */
    uint32_t pad2;
    char why[160]; /* plain words for the log and the dead-letter list, no secrets, no numbers */
};

struct courier_http {
    uint64_t id;
    int64_t at_s; /* when this try is made, UTC: webhook-timestamp */
    uint32_t timeout_ms;
    uint8_t method;   /* enum courier_method */
    uint8_t sign;     /* 1: the three headers of Standard Webhooks, with key */
    uint8_t plain_ok; /* 1: http:// is allowed */
    uint8_t key_len;
    uint8_t key[COURIER_KEY_MAX];
    char event_id[64]; /* webhook-id */
    char url[COURIER_URL_MAX];
    char headers[1024]; /* "Name: value" lines joined by \n, without Content-Type */
    char content_type[64];
    char expect[128]; /* "" or what a good answer contains in its first 4 kB */
    char ca_file[256];
    char body[COURIER_BODY_MAX];
};

struct courier_mail {
    uint64_t id;
    int64_t at_s; /* when the mail was written, UTC: Date */
    uint32_t timeout_ms;
    uint8_t tls; /* enum courier_tls */
    uint8_t pad[3];
    char url[256]; /* smtp://host:port or smtps://host:port */
    char user[128], password[128];
    char from[128], to[128];
    char event_id[64]; /* Message-ID is <event_id@domain of from> */
    char subject[256];
    char ca_file[256];
    char body[COURIER_BODY_MAX];
};

struct courier_msg {
    uint32_t magic;
    uint32_t type; /* enum courier_type */
    union {
        struct courier_result result;
        struct courier_http http;
        struct courier_mail mail;
    } u;
};

/* Octets on the wire for a message of this type, 0 when the type is unknown. */
size_t courier_size(uint32_t type);
/* A received packet of n octets: 0 or -EPROTO (magic, type, exact size, every string terminated,
 * every enum and length in range, no control character where a header comes from). Clears what
 * it can not vouch for. */
int courier_check(struct courier_msg *m, size_t n);
/* A zeroed message of this type. */
void courier_msg_init(struct courier_msg *m, enum courier_type type);

/* Exit statuses of the child, besides 0. */
enum { COURIER_EXIT_LIBRARY = 1, COURIER_EXIT_CORE = 5 };

/* The child's main: does jobs until its socket gives end of file. Exit status of the process. */
int courier_main(int fd);

#endif
