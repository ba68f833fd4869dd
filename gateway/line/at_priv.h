// SPDX-License-Identifier: GPL-2.0-or-later
/* Inside of the AT engine: shared by at_engine.c, at_sms.c and at_status.c only. */
#ifndef TB_LINE_AT_PRIV_H
#define TB_LINE_AT_PRIV_H

#include "gateway/line/vmodem.h"

#define AT_LINE_MAX 1024
#define AT_PDU_MAX 512 /* hex digits of a PDU, 3GPP TS 27.005 4.3: 12 + 164 octets */
#define AT_OUT_MAX 4096
#define AT_ARGS 8
#define AT_ARG_SIZE 400
#define AT_URCS_MAX 20000

/* What a handler returns: 0 OK, these, a CMS code (1..999) or AT_CME(code). */
enum { AT_OK = 0, AT_ERROR = -1, AT_PROMPT = -2, AT_SILENT = -3 };
#define AT_CME(n) (1000 + (n))
#define CME_NOT_ALLOWED 3
#define CME_SIM_PIN 11
#define CME_SIM_PUK 12
#define CME_BAD_PASSWORD 16
#define CMS_SIM_PIN 311
#define CMS_SIM_PUK 316
#define CMS_NOT_ALLOWED 302
#define CMS_BAD_PDU 304
#define CMS_BAD_INDEX 321
#define CMS_UNKNOWN 500

enum at_how { AT_EXEC, AT_READ, AT_TEST, AT_SET };
enum at_charset { CS_GSM, CS_IRA, CS_UCS2 };
enum at_sim { AT_SIM_READY, AT_SIM_PIN, AT_SIM_PUK };

struct at_args {
    int n;
    struct {
        char text[AT_ARG_SIZE]; /* without quotes */
        bool quoted;
    } v[AT_ARGS];
};

struct at_urc {
    struct at_urc *next;
    char text[];
};

struct at_settings { /* what a power cycle forgets */
    bool echo;
    int cmee, cnmi[5], clip, crc, ccwa, creg, cgreg, cops_format, cusd, csms;
    enum air_mem mem[3];
    enum at_charset charset;
};

struct at_engine {
    struct air *air;
    void (*put)(void *ctx, const char *p, size_t n);
    void *ctx;
    struct at_settings set;
    enum { IN_COMMAND, IN_PDU } state;
    bool busy; /* a command is being answered: unsolicited lines wait */
    bool line_over, pdu_over;
    char line[AT_LINE_MAX], pdu[AT_PDU_MAX];
    size_t line_len, pdu_len;
    int pdu_octets; /* announced by AT+CMGS */
    char out[AT_OUT_MAX];
    size_t out_len;
    struct at_urc *urcs, **urcs_end;
    size_t n_urcs;
    uint64_t commands;
    uint32_t noise; /* state of the garbage */
    char pin[9];
    enum at_sim sim;
    int pin_tries, pin_asked; /* left; made so far */
    bool tells_tries;         /* knows +CPINR, as few modems do */
    char iccid[21];           /* the SIM's own number, 19 or 20 digits (ITU-T E.118) */
    bool store_reports;       /* the modem offers +CDSI: reports take slots */
    struct at_args args;
};

struct at_command {
    const char *name; /* "+CSQ" */
    int (*run)(struct at_engine *e, enum at_how how, const struct at_args *a);
};

extern const struct at_command at_sms_commands[], at_status_commands[]; /* ends with name NULL */

/* An answer line, framed with CR LF; text beyond 1 kB is cut. */
void at_say(struct at_engine *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void at_emit(struct at_engine *e, const char *p, size_t n);
/* An unsolicited line: now, or when the command in progress is answered. */
void at_unsolicited(struct at_engine *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The final result of a command. */
void at_final(struct at_engine *e, int result);
/* Argument i as a number in lo..hi, else `other` (also when it is not there). */
long at_number(const struct at_args *a, int i, long lo, long hi, long other);

/* The end of a PDU after the prompt: a CMS code or AT_OK. */
int at_send_pdu(struct at_engine *e);
void at_sms_stored(void *ctx, enum air_mem mem, int index);
void at_sms_report(void *ctx, uint8_t ref, const char *number, uint8_t status, int64_t at_ms);
void at_call(void *ctx, const char *number);

#endif
