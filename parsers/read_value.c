// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slots that hold neither a place nor a kind: a choice of words, a phone number, an invite, what SUA changes.
 * Called by the form reader; each returns whether it took words.
 */
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "parsers/vocab.h"

#include <string.h>
#include <strings.h>

size_t choice_at(const struct reading *r, const struct cslot *slot, size_t i)
{
    for (const char *p = slot->choices; i < r->t->n && *p; p += strspn(p, "|")) {
        size_t n = strcspn(p, "|");
        if (r->t->t[i].len == n && !strncasecmp(r->t->t[i].w, p, n))
            return n;
        p += n;
    }
    return 0;
}

bool read_choice(struct reading *r, const struct cslot *slot)
{
    size_t taken = 0;
    for (int round = 0; round < 2; round++) { /* "khong thanh": the first one counts */
        bool found = false;
        for (const char *p = slot->choices; *p && !found; p += strspn(p, "|")) {
            size_t n = strcspn(p, "|");
            const struct tok *t = r->pos + taken < r->t->n ? &r->t->t[r->pos + taken] : NULL;
            if (t && t->len == n && !strncasecmp(t->w, p, n)) {
                if (!taken) {
                    r->choice = p;
                    r->choice_len = n;
                }
                found = true;
                taken++;
            }
            p += n;
        }
        if (!found)
            break;
    }
    take_toks(r, r->pos, r->pos + taken);
    r->pos += taken;
    return taken > 0;
}

bool read_phone(struct reading *r)
{
    if (r->pos >= r->t->n)
        return false;
    char typed[48];
    size_t s = r->t->t[r->pos].s, n = 0;
    while (s > 0 && r->v->folded[s - 1] == '+')
        s--;
    size_t e = s;
    for (; e < r->v->n && n + 1 < sizeof typed && strchr("+0123456789 .-()", r->v->folded[e]); e++)
        typed[n++] = r->v->folded[e];
    typed[n] = '\0';
    if (n == 0 || phone_normalize(typed, r->phone_e164, sizeof r->phone_e164) != 0)
        return false;
    take_span(r, s, e);
    while (r->pos < r->t->n && r->t->t[r->pos].s < e)
        r->pos++;
    return true;
}

bool read_invite(struct reading *r)
{
    for (size_t i = r->pos; i < r->t->n && i < r->pos + 3; i++) {
        if (!r->t->t[i].num || r->t->t[i].len < 3 || r->t->t[i].len > 10)
            continue;
        r->value[0] = (struct span){r->t->t[i].s, r->t->t[i].e};
        take_toks(r, r->pos, i + 1);
        r->pos = i + 1;
        return true;
    }
    return false;
}

static const struct {
    const char *word;
    const char *field;
} fields[] = {{"thon", "THON"},     {"tdp", "THON"},     {"dia diem", "THON"}, {"noi", "THON"},  {"loai", "LOAI"},
              {"gio", "GIO"},       {"luc", "GIO"},      {"thoi gian", "GIO"}, {"mota", "MOTA"}, {"mo ta", "MOTA"},
              {"noi dung", "MOTA"}, {"noidung", "MOTA"}, {"nd", "MOTA"}};

/* SUA's field, and its value: the rest. */
bool read_field(struct reading *r)
{
    if (!r->code_seen || r->pos >= r->t->n)
        return false;
    size_t best = 0;
    for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
        size_t n = toks_phrase(r->t, r->pos, fields[k].word);
        if (n > best) {
            best = n;
            r->choice = fields[k].field;
            r->choice_len = 4;
            if (!strcmp(fields[k].field, "GIO"))
                r->choice_len = 3;
        }
    }
    size_t after = r->pos;
    if (best && !(r->choice[0] == 'T' && place_exact(r->v, r->t, r->pos).n && r->pos + best < r->t->n &&
                  r->t->t[r->pos + best].num))
        after = r->pos + best;
    if (!best && kind_exact(r->v, r->t, r->pos, SIZE_MAX).n) {
        r->choice = "LOAI";
        r->choice_len = 4;
    } else if (!best) {
        return false;
    }
    take_toks(r, r->pos, after);
    r->pos = after;
    if (after < r->t->n)
        r->value[2] = (struct span){r->t->t[after].s, r->v->n};
    return true;
}
