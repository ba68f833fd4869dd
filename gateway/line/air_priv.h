// SPDX-License-Identifier: GPL-2.0-or-later
/* Inside of the air: shared by air.c, air_store.c, air_phone.c and air_text.c only. */
#ifndef TB_LINE_AIR_PRIV_H
#define TB_LINE_AIR_PRIV_H

#include "gateway/line/air.h"

#define AIR_SMSC "+84980200030"
#define AIR_LISTENERS 4
#define AIR_BUCKETS 1024
#define AIR_RECENT 8
#define AIR_JOINS_MAX 32 /* half-received messages a phone keeps */
#define AIR_VALIDITY_MS (24 * 3600 * 1000LL)

/* One storage; bit i of used is slot i + 1. */
struct air_bank {
    struct air_slot *slots;
    uint64_t *used;
    int total, n_used;
};

/* A text that waits in the service centre. */
struct air_wait {
    struct air_wait *next;
    struct air_slot slot;
};

/* A message on a phone: in the list of all and in the list of its phone. */
struct air_msg {
    struct air_msg *prev, *next, *next_on_phone;
    struct air_phone *phone;
    int64_t at_ms;
    char text[];
};

/* A message of which parts are missing. */
struct air_join {
    struct air_join *next;
    uint16_t ref;
    uint8_t ref_bits, total, have;
    struct sms_part *parts[]; /* total */
};

/* A part for a phone that is away. */
struct air_away {
    struct air_away *next;
    struct sms_part part;
    bool want_report;
    uint8_t ref;
    int64_t expires_ms;
};

struct air_phone {
    struct air_phone *next; /* in its bucket */
    char number[ADDRESS_SIZE];
    bool unreachable;
    uint8_t next_ref; /* concatenation reference of its own texts */
    struct {
        uint64_t hash;
        int64_t stamp_ms;
    } recent[AIR_RECENT]; /* its last texts, see air_text.c */
    unsigned n_recent;
    struct air_join *joins;
    unsigned n_joins;
    struct air_away *away, **away_end;
    struct air_msg *first, *last;
    size_t waiting;
};

struct air {
    const struct clock *clock;
    char own[ADDRESS_SIZE];
    struct air_bank bank[2]; /* by enum air_mem */
    struct air_wait *held, **held_end;
    size_t n_held;
    struct air_events listener[AIR_LISTENERS];
    size_t n_listeners;
    bool away; /* the modem is off the network for a moment (brownout) */
    enum air_fault fault;
    int cms;
    uint64_t submits;
    uint8_t next_mr; /* TP-MR of the gateway's next part */
    struct air_phone *phones[AIR_BUCKETS];
    struct air_msg *first, *last;
    size_t n_away;
};

/* Time stamp as a service centre writes it: whole seconds. */
int64_t air_stamp_ms(const struct air *a);

/* air_store.c */
int air_bank_init(struct air_bank *b, enum air_mem mem, int total);
void air_bank_free(struct air_bank *b);
/* Queues behind what is held already and pumps. */
int air_hold(struct air *a, const struct air_slot *slot);

/* air_phone.c: found or made; NULL on ENOMEM. */
struct air_phone *air_phone(struct air *a, const char *number);
void air_phones_free(struct air *a);
void air_phones_expire(struct air *a);
uint64_t air_hash(const void *p, size_t n);

/* air.c */
void air_tell_stored(struct air *a, enum air_mem mem, int index);
void air_tell_report(struct air *a, uint8_t ref, const char *number, uint8_t status);
void air_tell_arrived(struct air *a, const struct air_sms *sms);

#endif
