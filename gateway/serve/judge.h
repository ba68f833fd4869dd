// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of a text that a line could not send: a pure function of what the line said. */
#ifndef TB_SERVE_JUDGE_H
#define TB_SERVE_JUDGE_H

#include "gateway/line/line.h"
#include "store/outbox.h"

#include <stdbool.h>

enum judge_act { JUDGE_SENT, JUDGE_RETRY, JUDGE_FAIL, JUDGE_UNKNOWN };

struct judgement {
    enum judge_act act;
    int64_t pause_ms; /* JUDGE_RETRY, JUDGE_UNKNOWN: not before that */
    bool slow;        /* the network or the SIM is the cause: the whole line goes slower */
};

/* `attempts` were made before this one; the seed spreads the pauses. */
struct judgement judge_send(enum line_sent result, int cms, enum priority prio, int attempts, uint64_t seed);

/* CMS codes (3GPP TS 27.005 3.2.5, TS 24.011 E-2): is the network or the SIM the cause, is it
 * for good? */
bool judge_cms_network(int cms);
bool judge_cms_permanent(int cms);
bool judge_cms_barred(int cms); /* of those of the network: this SIM may not send; no credit, most often */

#endif
