// SPDX-License-Identifier: GPL-2.0-or-later
/* What a single part is, before anybody asks what it means. Pure; called by intake.c. */
#ifndef TB_DESK_PART_H
#define TB_DESK_PART_H

#include "gateway/base/sms.h"

/* The disposition of what is kept and shown to nobody, NULL for a text: "corrupt", "silent" (type 0, TS 23.040
 * 9.2.3.9), "binary" (a WAP push, a ring tone: octets that are no text, 9.2.3.24.3). */
const char *part_unshown(const struct sms_part *p);

#endif
