// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One record of the journal: what came in, as it came, and what was drawn for it that nothing else
 * tells. Made by serve, written and read by store/journal.h. In memory it holds a number in clear, in a
 * file never.
 */
#ifndef TB_STORE_JOURNAL_ITEM_H
#define TB_STORE_JOURNAL_ITEM_H

#include "gateway/base/sms.h"
#include "store/people.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum journal_type {
    JOURNAL_START = 1, /* serve began: text is the service time it began with */
    JOURNAL_PART,      /* a part: line, part, key, codes */
    JOURNAL_CALL,      /* a missed call: line, part.sender */
    JOURNAL_JOB,       /* a job that handled a message: text is "KIND KEY", codes */
    JOURNAL_CONSOLE,   /* a change made at the console: text is the request, codes what it drew */
    JOURNAL_VOID,      /* the records from `from` to this one were undone: they did not happen */
    JOURNAL_END,       /* serve ended in order: nothing is missing behind this */
    JOURNAL_TYPES
};

#define JOURNAL_CODES 4
#define JOURNAL_CODE_SIZE 12
#define JOURNAL_TEXT_SIZE 768
#define JOURNAL_LINE_SIZE 32
#define JOURNAL_PAYLOAD_MAX 2048

struct journal_item {
    enum journal_type type;
    uint64_t seq;
    int64_t wall_ms, rel_ms; /* when it was kept; service time never goes back */
    char line[JOURNAL_LINE_SIZE];
    struct sms_part part;
    uint8_t key[DIGEST_SIZE]; /* of the part as it came (part_keys) */
    bool hidden;              /* the part is not as it came: something in it may be nowhere stored */
    int n_codes;
    char codes[JOURNAL_CODES][JOURNAL_CODE_SIZE]; /* in the order in which they were drawn */
    uint64_t from;
    char text[JOURNAL_TEXT_SIZE];
};

/* Into out (JOURNAL_PAYLOAD_MAX): the octets, or -EMSGSIZE. seq and wall_ms are not in it. */
int journal_pack(const struct journal_item *it, uint8_t *out, size_t size);
/* The reverse; it->seq and it->wall_ms stay. 0 or -EINVAL: octets of no version that is known. */
int journal_unpack(struct journal_item *it, const uint8_t *p, size_t n);

#endif
