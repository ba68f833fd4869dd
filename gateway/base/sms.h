// SPDX-License-Identifier: GPL-2.0-or-later
/* The SMS types that rooms share (3GPP TS 23.040, 23.038). */
#ifndef TB_BASE_SMS_H
#define TB_BASE_SMS_H

#include <stdbool.h>
#include <stdint.h>

/* An address as text: E.164 with '+', a short code, or an alphanumeric name (11 GSM-7 characters are at
 * most 33 bytes of UTF-8). Anybody who pays a provider chooses a name, also "84912345678": a name that
 * reads as a number has this mark before it, so that it is nobody's number. */
#define ADDRESS_NAME_MARK '\''
#define ADDRESS_SIZE 40
/* Text of a part as UTF-16BE octets: 160 units; or the raw octets of an 8-bit or
 * undecodable part (a whole TPDU is at most 175 octets and its SMSC 12). */
#define SMS_BODY_MAX 320
#define SMS_TEXT_MAX 8192 /* a joined message as UTF-8 with its NUL; longer is cut, the parts keep it whole */

enum sms_coding { SMS_GSM7 = 0, SMS_UCS2 = 1, SMS_8BIT = 2 };

/* One part as it came from a line. Text is UTF-16BE so that a surrogate pair that was
 * split over two parts heals when the parts are joined. */
struct sms_part {
    char sender[ADDRESS_SIZE];
    int64_t smsc_ms;    /* service centre time stamp, UTC ms; 0 = none */
    uint16_t ref;       /* concatenation reference, TS 23.040 9.2.3.24.1/.8 */
    uint8_t ref_bits;   /* 0 = single, 8 or 16 */
    uint8_t total, seq; /* 1..255; 1 and 1 for a single */
    uint8_t coding;     /* enum sms_coding */
    uint8_t corrupt;    /* 1: not decodable, body is the raw PDU or empty */
    uint8_t silent;     /* 1: a type 0 message, to be taken and not shown (TS 23.040 9.2.3.9) */
    uint16_t body_len;  /* octets */
    uint8_t body[SMS_BODY_MAX];
};

/* What a sender address is: only a NUMBER may ever get a reply. */
enum address_kind { ADDRESS_NUMBER, ADDRESS_SHORT, ADDRESS_ALPHA, ADDRESS_NONE };

#endif
