// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract between the core and its front: the child that listens for HTTP on this machine
 * (a USSD aggregator's requests, Prometheus, whoever asks for health) and puts the questions to the
 * core over a SOCK_SEQPACKET socket. One message, one packet, a fixed schema; a packet that does
 * not pass front_check() is -EPROTO and the peer is not trusted further (the core kills and
 * restarts the front; the front exits).
 *
 * Rules:
 *  - The front listens nowhere before FRONT_SETUP. A later one changes everything it says, the
 *    address too. FRONT_READY answers each: where it listens now, or why not.
 *  - FRONT_ASK is answered by one FRONT_ANSWER with its id; at most FRONT_WINDOW are asked at a time,
 *    so that a thousand sessions do not hold up what the core is there for. The front waits FRONT_WAIT_MS at most,
 *    then its client is told that the service is busy, and a late answer is dropped. So the core
 *    may be slow, drop questions, or die: no client hangs.
 *  - FRONT_ALIVE comes at once, then every FRONT_ALIVE_MS; a front that is silent for
 *    FRONT_SILENT_S is killed by the core. End of file tells the front to quit: those who wait are
 *    told that the service is busy.
 *  - What the front hands over of a session was checked: the phone is E.164, the text is UTF-8
 *    without control characters. Who that phone is, and what it may ask, is the core's to say.
 */
#ifndef TB_FRONT_FRONT_H
#define TB_FRONT_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRONT_WIRE_MAGIC 0x74660001u /* "tf", version 1 */
#define FRONT_WAIT_MS 5000           /* an aggregator gives up after about 10 s */
#define FRONT_ALIVE_MS 10000
#define FRONT_SILENT_S 60
#define FRONT_WINDOW 16
#define FRONT_ALLOW_MAX 16
#define FRONT_INPUT_SIZE 400                   /* all that was typed in a session, joined by '*' */
#define FRONT_USSD_MAX 182                     /* characters of an answer, "CON " and all */
#define FRONT_SESSION_MAX (FRONT_USSD_MAX - 4) /* without "CON " or "END " */
#define FRONT_TEXT_SIZE 65536                  /* of an answer: metrics */
#define FRONT_CONNECTIONS_MAX 2000

enum front_type {
    /* front to core */
    FRONT_READY = 1, /* ready */
    FRONT_ASK,       /* ask */
    FRONT_ALIVE,     /* no body */
    /* core to front */
    FRONT_SETUP = 64, /* setup */
    FRONT_ANSWER      /* answer */
};

enum front_kind { FRONT_SESSION = 1, FRONT_METRICS, FRONT_HEALTH };
enum front_result {
    FRONT_OK,   /* text is what to say; a session goes on */
    FRONT_END,  /* a session: text is the last word */
    FRONT_FAIL, /* health: text says what fails */
    FRONT_BUSY  /* the core can not say it now: no text */
};

struct front_ready {
    uint32_t port; /* 0: listens nowhere */
    uint32_t pad;
    char why[120]; /* then */
};
struct front_setup {
    char listen[64]; /* an address, no name */
    uint16_t port;   /* 0: any that is free (tests) */
    uint8_t ussd, metrics;
    uint8_t beyond; /* 1: an address that others reach is meant so */
    uint8_t pad[3];
    char secret[128];                     /* "" = none is asked for */
    char allow[FRONT_ALLOW_MAX][64];      /* addresses or networks; "" after the last */
    char busy[FRONT_SESSION_MAX + 1];     /* what a session is told when no answer comes */
    char too_long[FRONT_SESSION_MAX + 1]; /* when more was typed than a session holds */
};
struct front_ask {
    uint64_t id;
    uint32_t kind; /* enum front_kind */
    uint32_t pad;
    char phone[20]; /* E.164; sessions only, as what follows */
    char service_code[32];
    char text[FRONT_INPUT_SIZE];
};
struct front_answer {
    uint64_t id;
    uint32_t result; /* enum front_result */
    uint32_t len;    /* of text, without a NUL; only so much is on the wire */
    char text[FRONT_TEXT_SIZE];
};

struct front_msg {
    uint32_t magic;
    uint32_t type; /* enum front_type */
    union {
        struct front_ready ready;
        struct front_ask ask;
        struct front_setup setup;
        struct front_answer answer;
    } u;
};

/* Octets on the wire for this message, 0 when its type is unknown or an answer too long. */
size_t front_size(const struct front_msg *m);
/* A received packet of n octets: 0 or -EPROTO. A text is terminated afterwards, and nothing
 * that follows it is left. */
int front_check(struct front_msg *m, size_t n);
/* Non-blocking. front_put: 0, -EAGAIN (nothing went), -EPIPE, -EINVAL. front_get: 1 a message, 0 the
 * peer closed, -EAGAIN none, -EPROTO, -EPIPE. */
int front_put(int fd, const struct front_msg *m);
int front_get(int fd, struct front_msg *m);
/* A zeroed message of this type (an answer's text only terminated). */
void front_msg_init(struct front_msg *m, enum front_type type);

/* Exit statuses of the child besides 0 (told to quit, or the core is gone). */
enum {
    FRONT_EXIT_FAILED = 1, /* no memory, no loop */
    FRONT_EXIT_CORE = 5    /* the core's packets made no sense */
};

/* The child's main: speaks the contract on fd until told to quit; wait_ms is FRONT_WAIT_MS but for
 * tests. Exit status of the process. */
int front_main(int fd, int64_t wait_ms);

#endif
