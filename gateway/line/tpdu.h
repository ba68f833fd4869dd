// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transfer PDUs of 3GPP TS 23.040 clause 9.2: the octets that travel between a modem and
 * the service centre. Pure functions, bounds-checked: any octets may come in, nothing is
 * read or written outside of the given sizes. Used by the air, the virtual modem and tests.
 *
 * A "PDU" as +CMGR and +CMGS show it is an SMSC address followed by a TPDU; tpdu_smsc()
 * tells where the TPDU begins.
 */
#ifndef TB_LINE_TPDU_H
#define TB_LINE_TPDU_H

#include "gateway/base/sms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TPDU_MAX 176    /* octets of the longest TPDU; status reports may carry user data */
#define TPDU_UD_MAX 140 /* octets of user data, header included */

enum tpdu_type { TPDU_DELIVER, TPDU_SUBMIT, TPDU_STATUS_REPORT, TPDU_RESERVED };

struct tpdu_submit {
    struct sms_part part; /* sender = the recipient's number; smsc_ms 0 */
    bool want_report;     /* TP-SRR */
    uint8_t ref;          /* TP-MR */
    int64_t validity_ms;  /* relative TP-VP; 0 = none or given as a date */
};

struct tpdu_report {
    uint8_t ref; /* TP-MR */
    char number[ADDRESS_SIZE];
    int64_t smsc_ms, discharge_ms; /* UTC; 0 = none */
    uint8_t status;                /* TP-ST, 9.2.3.15 */
};

/* The octets of the SMSC address before the TPDU (its length octet included), or -EINVAL. */
int tpdu_smsc(const uint8_t *pdu, size_t n);
/* An SMSC address as +CMGR shows it: octets written, -EINVAL or -EMSGSIZE. */
int tpdu_put_smsc(const char *number, uint8_t *out, size_t size);

/* TP-MTI as the mobile receives (from_sc) or sends it. n >= 1. */
enum tpdu_type tpdu_type(uint8_t first, bool from_sc);

/* Decoders: 0, or -EINVAL and *out zeroed when the octets are no such TPDU. Information
 * elements other than concatenation are skipped; a concatenation with an impossible
 * sequence number is ignored (9.2.3.24.1). */
int tpdu_get_deliver(const uint8_t *p, size_t n, struct sms_part *out);
int tpdu_get_submit(const uint8_t *p, size_t n, struct tpdu_submit *out);
int tpdu_get_report(const uint8_t *p, size_t n, struct tpdu_report *out);

/* Encoders: octets written; -EINVAL (a character outside of the alphabet, a bad address),
 * -EMSGSIZE (the text does not fit one part, or size is too small). */
int tpdu_put_deliver(const struct sms_part *in, uint8_t *out, size_t size);
int tpdu_put_submit(const struct tpdu_submit *in, uint8_t *out, size_t size);
int tpdu_put_report(const struct tpdu_report *in, uint8_t *out, size_t size);

/* Hexadecimal as AT commands carry it. tpdu_unhex: octets, or -EINVAL / -EMSGSIZE.
 * tpdu_hex writes 2n characters and a NUL. */
int tpdu_unhex(const char *hex, size_t n, uint8_t *out, size_t size);
void tpdu_hex(const uint8_t *p, size_t n, char *out);

/* TP-VP in its relative format (3GPP TS 23.040 9.2.3.12.1): what an octet means in ms, and the octet
 * for the longest time that is not above ms; the shortest there is are five minutes. */
int64_t tpdu_validity_ms(uint8_t vp);
uint8_t tpdu_validity_within(int64_t ms);

#endif
