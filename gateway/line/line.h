// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The contract between the core and a line. A line is whatever speaks these packets over
 * a SOCK_SEQPACKET socket: the libgammu child (gammu_*.c), or the player's own in-process
 * line (gateway/play). One message, one packet, a fixed schema; a packet that does not
 * pass line_check() is -EPROTO and the peer is not trusted further (the core kills and
 * restarts the line; the line exits).
 *
 * Rules:
 *  - The line hands over every incoming part with LINE_PART and a handle, and deletes it
 *    only after LINE_KEPT with that handle. After a restart it hands over again whatever
 *    is still stored.
 *  - LINE_ALIVE announces "my next word comes within deadline_ms"; a line that is silent
 *    past that is killed by the core.
 *  - LINE_SENT answers every LINE_SEND exactly once if the line lives: SENT_OK with the
 *    message reference, SENT_REFUSED with a CMS code (network or SIM said no, nothing went
 *    out), SENT_UNKNOWN when the PDU was written and no answer came, SENT_NOT when nothing
 *    was written.
 *  - A PIN is tried only after LINE_PIN_MAY: the core remembers, over restarts of both, what was
 *    tried with which SIM. Three wrong ones lock it.
 *  - LINE_SYNC n is answered by LINE_SYNCED n when all that was waiting at the device at
 *    that moment was handed over and nothing is in the line's own queues.
 */
#ifndef TB_LINE_LINE_H
#define TB_LINE_LINE_H

#include "gateway/base/sms.h"

#include <stddef.h>
#include <stdint.h>

#define LINE_WIRE_MAGIC 0x74620001u /* "tb", version 1 */
#define LINE_TEXT_MAX 640

enum line_type {
    /* line to core */
    LINE_HELLO = 1,  /* modem opened and initialised: hello */
    LINE_ALIVE,      /* alive */
    LINE_STATUS,     /* status */
    LINE_PART,       /* part */
    LINE_GONE,       /* gone: answer to LINE_KEPT */
    LINE_SENT,       /* sent */
    LINE_REPORT,     /* report: a delivery report, TS 23.040 9.2.3.15 */
    LINE_CALL,       /* call: a missed call (it rang and was not answered) */
    LINE_USSD_REPLY, /* ussd */
    LINE_SYNCED,     /* sync */
    LINE_TROUBLE,    /* trouble: what the operator should read; the line goes on or exits */
    LINE_PIN,        /* pin: before HELLO, the SIM asks for its PIN: may it be tried? and what became of it */
    /* core to line */
    LINE_KEPT = 64, /* handle */
    LINE_SEND,      /* send */
    LINE_USSD,      /* ussd: code in text */
    LINE_SYNC,      /* sync */
    LINE_QUIT,      /* no body: finish what is in hand, release the device, exit 0 */
    LINE_PIN_MAY,   /* may: the answer to a LINE_PIN that asks */
    LINE_SETUP      /* setup: the first word to a line that knocked (gateway/base/knock.h); others have arguments */
};

enum line_sent { SENT_OK, SENT_REFUSED, SENT_UNKNOWN, SENT_NOT };
enum line_report { REPORT_DELIVERED, REPORT_PENDING, REPORT_FAILED };
enum line_sim { SIM_UNKNOWN, SIM_READY, SIM_PIN, SIM_PUK, SIM_ABSENT, SIM_FAULT };
enum line_reg { REG_UNKNOWN, REG_HOME, REG_ROAMING, REG_SEARCHING, REG_DENIED, REG_NONE };

struct line_hello {
    char maker[48], model[48], imei[24]; /* imei: never logged whole */
};
struct line_alive {
    uint32_t deadline_ms; /* 1000..600000 */
    char doing[32];       /* "init", "read SM 3", "send" */
};
struct line_status {
    int32_t signal_dbm;                      /* -113..-51, 0 = unknown */
    uint8_t registration, sim, roaming, pad; /* enum line_reg, enum line_sim */
    uint32_t sim_used, sim_total;            /* message slots, 0 = unknown */
    char operator_code[16];                  /* MCC+MNC, "45204" */
    char operator_name[48];
    char smsc[ADDRESS_SIZE];
};
struct line_handle {
    uint64_t handle; /* the line's own, unique while it lives */
};
struct line_part {
    uint64_t handle;
    struct sms_part part;
};
struct line_gone {
    uint64_t handle;
    uint8_t deleted; /* 0: could not be deleted; it will be tried again later */
    uint8_t pad[7];
};
struct line_send {
    uint64_t id;          /* the core's: the outbox row */
    struct sms_part part; /* sender = the recipient's number; coding GSM7 or UCS2, UTF-16BE body */
    uint8_t want_report;
    uint8_t validity; /* TP-VP, relative: tpdu_validity_within */
    uint8_t pad[6];
};
struct line_sent_info {
    uint64_t id;
    uint8_t result; /* enum line_sent */
    uint8_t ref;    /* TP-MR when SENT_OK */
    uint16_t cms;   /* +CMS ERROR code when SENT_REFUSED, else 0 */
    uint32_t pad;
};
struct line_report_info {
    uint8_t ref;
    uint8_t status;    /* enum line_report */
    uint8_t tp_status; /* as it came */
    uint8_t pad[5];
    int64_t discharge_ms;
    char number[ADDRESS_SIZE];
};
struct line_call_info {
    char number[ADDRESS_SIZE]; /* "" = withheld */
};
struct line_ussd {
    uint64_t id;
    int32_t result; /* 0 answered, or negative errno */
    uint32_t pad;
    char text[LINE_TEXT_MAX]; /* UTF-8 */
};
struct line_sync {
    uint64_t n;
};
/* `fatal` of a trouble */
enum {
    TROUBLE_GOES_ON,
    TROUBLE_EXITS,
    TROUBLE_PIN /* exits, and is not to be set up again before its PIN is mended */
};
struct line_trouble {
    uint8_t fatal;
    uint8_t pad[7];
    char text[200];
};

enum line_pin_what { PIN_ASKED, PIN_TAKEN, PIN_REFUSED };
#define PIN_LEFT_UNKNOWN 255
struct line_pin {
    uint8_t what; /* enum line_pin_what */
    uint8_t left; /* tries that the SIM has left, or PIN_LEFT_UNKNOWN */
    uint8_t pad[6];
    char iccid[24]; /* the SIM's own number, "" when the modem does not tell; never logged */
};
struct line_may {
    uint8_t may, pad[7];
};
struct line_setup {
    char device[256], connection[24], pin[16], quarantine[16]; /* as in struct line_options */
    int32_t poll_s, status_s;
    uint8_t cut_pauses;
    uint8_t pad[7];
};

struct line_msg {
    uint32_t magic;
    uint32_t type; /* enum line_type */
    union {
        struct line_hello hello;
        struct line_alive alive;
        struct line_status status;
        struct line_part part;
        struct line_handle kept;
        struct line_gone gone;
        struct line_send send;
        struct line_sent_info sent;
        struct line_report_info report;
        struct line_call_info call;
        struct line_ussd ussd;
        struct line_sync sync;
        struct line_trouble trouble;
        struct line_pin pin;
        struct line_may may;
        struct line_setup setup;
    } u;
};

/* Octets on the wire for a message of this type (header and its member of the union),
 * 0 when the type is unknown. */
size_t line_size(uint32_t type);
/* A received packet of n octets: 0 or -EPROTO (magic, type, exact size, every string
 * terminated, every enum and length in range). Clears what it can not vouch for. */
int line_check(struct line_msg *m, size_t n);

/* Non-blocking unless the socket blocks. line_put: 0, -EAGAIN (buffer full: nothing went),
 * -EPIPE. line_get: 1 a message, 0 the peer closed, -EAGAIN none, -EPROTO. */
int line_put(int fd, const struct line_msg *m);
int line_get(int fd, struct line_msg *m);
/* A zeroed message of this type. */
void line_msg_init(struct line_msg *m, enum line_type type);

/* How a line child is started: `tinbao line --fd 3 --device … ` by the core. */
struct line_options {
    char name[32];       /* "gsm1" */
    char device[256];    /* /dev/serial/by-id/… or a pty */
    char connection[24]; /* libgammu connection, "at" family: "at115200", "at19200"; for a pty "at" */
    char pin[16];        /* "" = none; tried once */
    int poll_s;          /* safety net: read the storages every so many seconds, 5..3600 */
    int status_s;        /* report status every so many seconds */
    char quarantine[16]; /* "SM:3": a slot that killed the last process while "read SM 3" was announced; "" = none.
                          * It is handed over raw (corrupt) and never shown to libgammu */
    bool cut_pauses;     /* cut libgammu's sleeps of 100 ms and more to 1 ms */
};

/* Exit statuses of a line child, besides 0 (told to quit, or the core's socket closed) and
 * death by a signal. After SIGSEGV, SIGABRT or SIGBUS the slot named by the last "read MEM n" goes into
 * `quarantine` (not after the SIGKILL of the core itself: that was a hang, not the text). */
enum {
    LINE_EXIT_MODEM = 1, /* no device, no answer: start again with back-off */
    LINE_EXIT_PIN = 4,   /* PIN refused, missing, or PUK: a person must act; start again now and then to see */
    LINE_EXIT_CORE = 5   /* the core's packets made no sense */
};

/* What stands in a LINE_SETUP, into o; waits for it, the first packet of a line that knocked: 0, -EPIPE the core is
 * gone, -EPROTO it said something else. */
int line_wait_setup(int fd, struct line_options *o);

/* The child's main: speaks the contract on fd until told to quit. Exit status of the process. */
int gammu_line_main(const struct line_options *o, int fd);
/* `tinbao line --probe`: open, ask, print what the operator needs; exit status. */
int gammu_line_probe(const struct line_options *o);

#endif
