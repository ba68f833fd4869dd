// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words of a restricted kind ("danh vo", "xam hai") wherever they stand in a text. Called when a report is
 * resolved, and by the desk for texts that are passed on. What can go wrong is on the safe side: a text that only
 * sounds so reaches the named officers instead of the team.
 */
#include "gateway/base/err.h"
#include "parsers/vocab.h"

#include <string.h>

/* Without accents "bạo lực" is "báo lúc", and "đánh con" begins "đánh con đề". */
static const struct {
    const char *phrase;
    const char *next;    /* never the kind before one of these words */
    const char *further; /* nor, away from where a kind belongs, before these; "0" a number */
} everyday[] = {{"bao luc", "nao may", "0 do nay ay toi di ve sang trua chieu dem"},
                {"bao hanh", "", "0 xe may dien tivi tu san thiet do nuoc"},
                {"danh con", "de lo so bac bai", "xe dau may"}};

static bool listed(const char *list, const struct tok *t)
{
    for (const char *p = list; *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " ");
        if ((n == t->len && !memcmp(p, t->w, n)) || (n == 1 && *p == '0' && t->num))
            return true;
        p += n;
    }
    return false;
}

bool everyday_phrase(const struct toks *t, size_t i, size_t k, bool further)
{
    if (k != 2 || i + k >= t->n || t->t[i + k].apart)
        return false;
    for (size_t e = 0; e < ARRAY_LEN(everyday); e++)
        if (toks_phrase(t, i, everyday[e].phrase) == k)
            return listed(everyday[e].next, &t->t[i + k]) || (further && listed(everyday[e].further, &t->t[i + k]));
    return false;
}

struct hit restricted_from(const struct vocab *v, const struct toks *t, size_t i, const struct reading *r)
{
    for (; i < t->n; i++) {
        if (t->t[i].num || (r && taken_by_others(r, t->t[i].s)))
            continue;
        struct hit h = kind_exact(v, t, i, SIZE_MAX);
        for (size_t c = 0; c < h.n; c++) {
            if (!v->kinds[h.cand[c]].restricted || everyday_phrase(t, i, h.k, true))
                continue;
            h.cand[0] = h.cand[c];
            h.n = 1;
            h.skip = i;
            return h;
        }
    }
    return (struct hit){0};
}
