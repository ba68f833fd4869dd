// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fields of a TPDU: addresses, time stamps, user data. Private to tpdu*.c.
 * Readers return 0 or -EINVAL, writers 0, -EINVAL or -EMSGSIZE.
 */
#ifndef TB_LINE_TPDU_FIELD_H
#define TB_LINE_TPDU_FIELD_H

#include "gateway/base/sms.h"

#include <stddef.h>
#include <stdint.h>

struct tpdu_in {
    const uint8_t *p;
    size_t n, at;
};

struct tpdu_out {
    uint8_t *p;
    size_t cap, n;
};

int tpdu_in_u8(struct tpdu_in *in, uint8_t *out);
int tpdu_in_address(struct tpdu_in *in, char out[ADDRESS_SIZE]);
/* 7 octets; *ms gets 0 when they are no date. */
int tpdu_in_scts(struct tpdu_in *in, int64_t *ms);
/* TP-UDL and TP-UD into body, coding and concatenation of *out. */
int tpdu_in_user_data(struct tpdu_in *in, uint8_t dcs, bool udhi, struct sms_part *out);

int tpdu_out_u8(struct tpdu_out *out, uint8_t v);
int tpdu_out_address(struct tpdu_out *out, const char *address);
int tpdu_out_scts(struct tpdu_out *out, int64_t ms);
int tpdu_out_user_data(struct tpdu_out *out, const struct sms_part *in);

/* TP-DCS for a coding. */
uint8_t tpdu_dcs(uint8_t coding);
/* Digits of a number as swapped semi-octets, 0xF filled (9.1.2.3). */
int tpdu_out_digits(struct tpdu_out *out, const char *digits);

#endif
