// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept how long (retention : { ... }) and for whose eyes tips are (tips : { ... }), as tinbao.cfg says it.
 * Included by config.h. Days; 0 keeps for ever. */
#ifndef TB_CONFIG_KEEP_H
#define TB_CONFIG_KEEP_H

#include "gateway/base/tipkey.h"

#define KEEP_YEAR_DAYS 400 /* the indicators look back over twelve months */

struct tips_config {
    char seal_to[TIPKEY_TEXT_SIZE]; /* "" = tips are not sealed */
};

struct retention_config {
    int idle_days;       /* texts of chatter and machines, and raw octets that were no text: default 7 */
    int messages_days;   /* texts of messages, 90 */
    int parts_days;      /* the same as they came in parts, 30 */
    int part_rows_days;  /* by which a part is known that the SIM still has, 400 */
    int questions_days;  /* 30 */
    int outbox_days;     /* what went out, 30 */
    int deliveries_days; /* webhooks and mails, 30 */
    int numbers_days;    /* sealed numbers of unknown senders, 90 */
    int tips_days;       /* texts of tips, sealed or not, 365 */
    int incidents_days;  /* words and people of incidents, 1826 */
    int attendance_days; /* 1826 */
    int activities_days; /* 1826 */
    int audit_days;      /* 1826 */
};

#endif
