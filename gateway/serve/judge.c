// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of a text that a line answered for. Called by sender.c; pure. The codes are
 * those of +CMS ERROR: 1..127 from the network (3GPP TS 24.011 table E-2), 128..255 from the
 * service centre (TS 23.040 9.2.3.22), 300.. from the modem (TS 27.005 3.2.5). */
#include "gateway/serve/judge.h"

#include "gateway/base/err.h"
#include "gateway/serve/backoff.h"

#include <stddef.h>

/* For each priority: first pause, longest pause, longest after a refusal of the network, and how many
 * refusals are enough. An alert also ends by its time to live, so the count is only a stop for what can never work. */
static const struct {
    int64_t first_ms, cap_ms, network_ms;
    int tries;
} patience[] = {
    [PRIO_SOS] = {4000, 30000, 15000, 100},
    [PRIO_ALERT] = {8000, 120000, 20000, 40},
    [PRIO_REPLY] = {15000, 300000, 30000, 12},
    [PRIO_DIGEST] = {60000, 1800000, 60000, 12},
};

#define PDU_TRIES 6

static bool among(int cms, const int *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (codes[i] == cms)
            return true;
    return false;
}

bool judge_cms_network(int cms)
{
    /* network out of order, temporary failure, congestion, resources; service centre busy or
     * down; the SIM; no network, time-out; unknown; and the makers' own from 512 on, of which
     * 512 to 515 stand for "not ready" and "try later" with most of them. */
    static const int codes[] = {17,  22,  38,  41,  42,  47,  192, 193, 194, 310, 311, 312, 313,
                                314, 315, 316, 317, 318, 330, 331, 332, 500, 512, 513, 514, 515};
    return among(cms, codes, ARRAY_LEN(codes)) || judge_cms_barred(cms);
}

bool judge_cms_barred(int cms)
{
    /* operator determined barring, call barred, facility rejected, requested facility not subscribed
     * or not implemented: what a SIM without credit is told, and one that is blocked */
    static const int codes[] = {8, 10, 29, 50, 69};
    return among(cms, codes, ARRAY_LEN(codes));
}

bool judge_cms_permanent(int cms)
{
    /* unassigned number, unidentified or unknown subscriber */
    static const int codes[] = {1, 28, 30};
    return among(cms, codes, ARRAY_LEN(codes));
}

/* A PDU that the modem will not take. Ours are sound, so it is the modem that is not: soon it may be, or
 * another line takes it. */
static bool is_modems_word(int cms)
{
    return cms == 304 || cms == 305;
}

struct judgement judge_send(enum line_sent result, int cms, enum priority prio, int attempts, uint64_t seed)
{
    size_t p = (size_t)prio < ARRAY_LEN(patience) ? (size_t)prio : PRIO_DIGEST;
    struct judgement j = {JUDGE_SENT, 0, false};
    if (result == SENT_OK)
        return j;
    j.pause_ms = backoff_ms(attempts, patience[p].first_ms, patience[p].cap_ms, seed);
    if (result == SENT_UNKNOWN) {
        /* It may have gone out: sent again late, and not for ever. */
        j.act = attempts >= patience[p].tries / 4 ? JUDGE_FAIL : JUDGE_UNKNOWN;
        return j;
    }
    if (result == SENT_NOT) { /* nothing was written: no one was troubled, only time passes */
        j.act = JUDGE_RETRY;
        return j;
    }
    /* The network's refusals do not count against the text: its time to live ends it, and the line
     * goes slower, so that a short pause of its own is no storm but a quick return. */
    j.slow = judge_cms_network(cms);
    if (j.slow && j.pause_ms > patience[p].network_ms)
        j.pause_ms = patience[p].network_ms;
    int most = is_modems_word(cms) ? PDU_TRIES : patience[p].tries;
    bool enough = !j.slow && attempts + 1 >= most;
    j.act = judge_cms_permanent(cms) || enough ? JUDGE_FAIL : JUDGE_RETRY;
    return j;
}
