// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The air: a small model of an operator's network, the phones on it, and the SIM and ME
 * storages of the gateway's modem. It is what stands behind the virtual modem (vmodem.h)
 * and behind the player's in-process line. Nothing here blocks and nothing reads the
 * system's clock: time stamps come from the clock that is given.
 *
 * The network stores and forwards: a text for the gateway waits in the service centre
 * while the storages are full or the modem is away, and is delivered when it can be.
 */
#ifndef TB_LINE_AIR_H
#define TB_LINE_AIR_H

#include "gateway/base/clock.h"
#include "gateway/base/sms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum air_mem { AIR_SM, AIR_ME };

/* Faults by name, as the play format spells them. */
enum air_fault {
    FAULT_NONE,
    FAULT_MUTE,          /* the modem answers nothing */
    FAULT_GARBAGE,       /* noise between and inside answers */
    FAULT_NO_ECHO,       /* echo lost */
    FAULT_UNKNOWN_URC,   /* an unsolicited line nobody knows, also during a send */
    FAULT_CMS,           /* sending is refused with +CMS ERROR: n */
    FAULT_SIM_FULL,      /* no free slot: the service centre holds new texts */
    FAULT_DELETE_FAILS,  /* +CMGD answers ERROR, nothing is deleted */
    FAULT_UNPLUG,        /* the device is gone */
    FAULT_POWER_CYCLE,   /* the modem restarts: settings lost, storages kept; back by itself */
    FAULT_SLOW,          /* every answer late */
    FAULT_NO_ANSWER,     /* the network takes the PDU after +CMGS, the modem never says so */
    FAULT_SLOT_REPLACED, /* a full storage that writes the next text over one that was read */
    FAULT_WRONG_STORAGE, /* texts go into the ME, and +CMTI names the SIM; and the other way round */
    FAULT_BROWNOUT,      /* too little power: gone and back again every few seconds */
    FAULT_NO_NETWORK,    /* not registered: nothing goes out, the service centre holds what comes */
    FAULT_NO_CREDIT      /* sending is refused (CMS 50), the balance is 0 */
};

/* A message as a phone shows it: joined, UTF-8. */
struct air_sms {
    char phone[ADDRESS_SIZE];
    int64_t at_ms;
    char text[SMS_TEXT_MAX];
};

struct air_events {
    void *ctx;
    /* A part was stored at (mem, index): the modem front raises +CMTI. */
    void (*stored)(void *ctx, enum air_mem mem, int index);
    /* A delivery report for the gateway. */
    void (*report)(void *ctx, uint8_t ref, const char *number, uint8_t tp_status, int64_t at_ms);
    /* A phone rings the gateway (one missed call). */
    void (*ring)(void *ctx, const char *number);
    /* A text of the gateway arrived, whole, on a phone. */
    void (*arrived)(void *ctx, const struct air_sms *sms);
    /* A fault was switched (also to FAULT_NONE). */
    void (*fault)(void *ctx, enum air_fault f, int cms);
};

struct air;

/* `own` is the gateway's own number; sm and me the slots of the two storages. -> NULL on
 * ENOMEM. Owned by the caller, air_free(). Events may be set later with air_listen(); the
 * two listeners are the modem front (stored, report, ring, fault) and the watcher
 * (arrived): NULL members are skipped. */
struct air *air_new(const struct clock *clock, const char *own, int sm, int me);
void air_free(struct air *a);
int air_listen(struct air *a, const struct air_events *ev); /* up to 4 listeners; -ENOSPC */
/* Forgets the listener with this ctx (one that is freed before the air). */
void air_unlisten(struct air *a, const void *ctx);

/* The gateway's own number and the air's wall time. */
const char *air_own(const struct air *a);
int64_t air_now_ms(const struct air *a);

/* The phones. air_text: a text from `from` (number, short code or name) to the gateway,
 * split in parts as a phone would (GSM-7 or UCS2, 8-bit reference); 0, -EMSGSIZE. */
int air_text(struct air *a, const char *from, const char *utf8);
/* One ready-made part or raw TPDU (deliver), for tests of order, references, poison. */
int air_part(struct air *a, const struct sms_part *p);
int air_raw(struct air *a, const uint8_t *pdu, size_t n); /* SMSC octets and TPDU, as +CMGR shows it */
int air_ring(struct air *a, const char *from);
/* While a phone is away its texts wait in the network: a report says "still trying"
 * (0x22), then 0x00 when it is back, or 0x46 when the validity is over. */
int air_reachable(struct air *a, const char *number, bool reachable);
/* Takes the oldest joined message waiting on `phone` (NULL: on any): 1 taken, 0 none. */
int air_take(struct air *a, const char *phone, struct air_sms *out);
size_t air_waiting(const struct air *a, const char *phone);

/* Faults, one at a time. "cms=38" etc.; "ok" ends it. power-cycle is a moment: listeners
 * hear of it and air_fault_now() is FAULT_NONE again. -EINVAL for an unknown name. */
int air_fault_set(struct air *a, const char *name);
enum air_fault air_fault_now(const struct air *a, int *cms);

/* The modem's side. */
struct air_slot {
    enum air_mem mem;
    int index; /* 1.. as in AT+CMGR */
    bool read; /* "received read" */
    int reads; /* by +CMGR, counted under slot-replaced only */
    struct sms_part part;
    uint8_t pdu[200]; /* SMSC octets and TPDU */
    size_t pdu_len;
};
int air_capacity(const struct air *a, enum air_mem mem, int *used, int *total);
/* 0 and *out (valid until the next change), or -ENOENT. air_next: the first slot with
 * index > after. */
int air_slot(struct air *a, enum air_mem mem, int index, const struct air_slot **out);
int air_next(struct air *a, enum air_mem mem, int after, const struct air_slot **out);
void air_mark_read(struct air *a, enum air_mem mem, int index);
int air_delete(struct air *a, enum air_mem mem, int index); /* -ENOENT; -EIO under delete-fails */
/* The gateway submits one part: *ref gets TP-MR. 0, or the CMS code (> 0) that refuses
 * it, or -EINVAL. A report is raised when asked and the phone is reachable (else pending,
 * failed when it stays away for the validity, 0 = one day). Joins parts on the phone. */
int air_submit(struct air *a, const struct sms_part *p, bool want_report, int64_t validity_ms, uint8_t *ref);
int air_submit_pdu(struct air *a, const uint8_t *tpdu, size_t n, uint8_t *ref);
/* Puts a status report (SMSC octets and TPDU) into a slot, as a modem does that stores them:
 * 0, or -ENOSPC (it is lost then), -EMSGSIZE. Raises no event. */
int air_put_report(struct air *a, const uint8_t *pdu, size_t n, enum air_mem *mem, int *index);
/* Parts that the gateway tried to send, refused ones too. */
uint64_t air_submits(const struct air *a);
/* Answer to a USSD code: 0 and text (balance for *101#), -ENOENT. */
int air_ussd(struct air *a, const char *code, char *out, size_t size);
/* Texts still held by the service centre (no free slot). */
size_t air_held(const struct air *a);
/* Retries what the service centre holds. */
void air_pump(struct air *a);
/* The modem gave this slot out (+CMGR). Under slot-replaced the next held text takes its place when
 * it was given out twice, as often as libgammu's way of reading asks for it. */
void air_was_read(struct air *a, enum air_mem mem, int index);
/* The modem is off the network for a moment: what comes is held. */
void air_away(struct air *a, bool away);
/* A delivery report that nobody asked for, of any number and reference. */
void air_report(struct air *a, uint8_t ref, const char *number, uint8_t tp_status);

#endif
