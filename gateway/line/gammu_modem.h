// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One modem, spoken to by libgammu and, while libgammu is idle, by the raw port. Private to
 * gammu_*.c: the rest of the program knows line.h only. All functions return 0 or:
 *   -ENODEV     the device is gone or cannot be written
 *   -ETIMEDOUT  no answer within the announced time; libgammu's state is spoilt, the
 *               process must end
 *   -ENOENT     nothing there   -EPERM  SIM or permission   -EBADMSG  noise, try later
 *   -EIO        the modem said no
 */
#ifndef TB_LINE_GAMMU_MODEM_H
#define TB_LINE_GAMMU_MODEM_H

#include "gateway/base/err.h"
#include "gateway/line/gammu_check.h"
#include "gateway/line/gammu_event.h"
#include "gateway/line/gammu_raw.h"
#include "gateway/line/line.h"

#include <gammu.h>

struct gm_modem {
    const struct line_options *o;
    GSM_StateMachine *s;
    struct raw_port port;
    struct gm_queue q;
    GSM_MultiSMSMessage *multi; /* 265 kB: one, on the heap */
    bool has_sm, has_me;
    char quarantine[16];  /* the slot libgammu must not see, until it was handed over */
    bool notify;          /* +CNMI works */
    int lib_mem, dev_mem; /* enum gm_mem: the storage libgammu believes in, the one selected */
    GSM_SMSC smsc;
    bool have_smsc;
    bool opened; /* libgammu's connection is up */
    struct {
        bool done;
        int status, ref;
    } sent;
    /* Told before every call that may block, with the time the caller may be silent. */
    void (*announce)(void *ctx, const char *doing, uint32_t deadline_ms);
    /* May the PIN be tried (PIN_ASKED: 1 or 0)? And what became of it. NULL: it may (the probe). */
    int (*pin)(void *ctx, const struct line_pin *p);
    void *ctx;
    enum line_sim sim; /* as gm_unlock found it */
    char why[200];     /* after a failed gm_open or gm_unlock: a sentence for the operator */
};

/* True for results after which only a new process helps. */
static inline bool gm_fatal(int rc)
{
    return rc == -ENODEV || rc == -ETIMEDOUT;
}

/* gammu_modem.c */
int gm_open(struct gm_modem *m, const struct line_options *o,
            void (*announce)(void *ctx, const char *doing, uint32_t deadline_ms), void *ctx);
void gm_close(struct gm_modem *m);
/* Around every libgammu call: announce, and abort the call after own_ms. */
void gm_begin(struct gm_modem *m, const char *doing, int own_ms);
int gm_end(GSM_Error e);
void gm_hello(struct gm_modem *m, struct line_hello *out);
/* gammu_pin.c: 0, -EPERM with m->why, or fatal. */
int gm_enter_pin(struct gm_modem *m);
/* Enters the PIN when the SIM asks. 0, -EPERM (m->why: wrong or missing PIN, PUK, no SIM). */
int gm_unlock(struct gm_modem *m);
/* (Again) asks to be told of texts, calls and USSD. */
int gm_notify(struct gm_modem *m);
/* 1 when the modem has forgotten it (a power cycle nobody saw), 0 when it still knows. */
int gm_still_notified(struct gm_modem *m);

/* gammu_status.c */
int gm_status(struct gm_modem *m, struct line_status *out);
int gm_smsc(struct gm_modem *m);
enum line_sim gm_sim(struct gm_modem *m, int *rc);
int gm_ussd(struct gm_modem *m, const char *code);

/* gammu_store.c */
struct gm_slot {
    int mem, index;
    enum gm_stored kind;
    uint64_t hash;
    size_t n;
    uint8_t pdu[SMS_BODY_MAX]; /* SMSC and TPDU as it is stored */
};
struct gm_at {
    int mem, index;
};
struct gm_list {
    struct gm_at *at; /* n of cap, owned */
    size_t n, cap;
};
/* Adds what is stored where to *out (owned by the caller); own sent texts are left out. */
int gm_list(struct gm_modem *m, struct gm_list *out);
int gm_list_add(struct gm_list *l, int mem, int index);
/* The octets of a slot and what they are, without libgammu. -ENOENT when it is empty. */
int gm_look(struct gm_modem *m, int mem, int index, struct gm_slot *out);
/* The slot as libgammu reads it. -EBADMSG when libgammu can not. */
int gm_read(struct gm_modem *m, const struct gm_slot *at, struct sms_part *out);
/* The slot of line_options.quarantine was handed over: what comes there next is another text. */
void gm_unquarantine(struct gm_modem *m, int mem, int index);
/* By a plain +CMGD: libgammu would read the slot once more, and never compare. */
int gm_delete(struct gm_modem *m, int mem, int index);
/* Where libgammu stands is no longer taken for known: it is made to select anew. */
void gm_doubt(struct gm_modem *m);
int gm_usage(struct gm_modem *m, uint32_t *used, uint32_t *total);

/* gammu_sms.c */
int gm_part_from_sms(const GSM_SMSMessage *sms, struct sms_part *out);
int gm_sms_from_part(const struct sms_part *p, bool want_report, uint8_t validity, GSM_SMSMessage *out);
void gm_report_from_sms(const GSM_SMSMessage *sms, struct line_report_info *out);
int64_t gm_time_ms(const GSM_DateTime *t);
int gm_text(const unsigned char *ucs2, size_t max_units, char *out, size_t size);
int gm_to_ucs2(const char *utf8, unsigned char *out, size_t size);

/* gammu_send.c: one part; *info gets result, ref and cms. Fatal results as above. */
int gm_send(struct gm_modem *m, const struct line_send *send, struct line_sent_info *info);

#endif
