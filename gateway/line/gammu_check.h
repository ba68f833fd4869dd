// SPDX-License-Identifier: GPL-2.0-or-later
/* What stands in a slot of the modem's storage, judged from its octets. */
#ifndef TB_LINE_GAMMU_CHECK_H
#define TB_LINE_GAMMU_CHECK_H

#include <stddef.h>
#include <stdint.h>

enum gm_stored {
    STORED_NONE,
    STORED_DELIVER, /* libgammu may read it */
    STORED_REPORT,
    STORED_OWN,  /* a text of ours that was stored, not for us */
    STORED_BAD,  /* malformed: never shown to libgammu */
    STORED_NOISE /* not read cleanly: its length is not the one the modem gives */
};

/* SMSC octets and TPDU, n of them: STORED_DELIVER, _REPORT, _OWN or _BAD. */
enum gm_stored gm_classify(const uint8_t *pdu, size_t n);

#endif
