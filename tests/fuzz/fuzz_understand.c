// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets as a message: something is understood, its text is UTF-8 without its NUL, its
 * strings are terminated, and reading it twice gives the same. */
#include "config/config.h"
#include "gateway/base/utf.h"
#include "gateway/desk/desk.h"
#include "parsers/fold.h"
#include "parsers/understand.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct known {
    struct config *cfg; /* the vocabulary speaks of it */
    struct vocab *v;
};

static const struct known *known(void)
{
    static struct known k;
    struct problems *p = k.v ? NULL : problems_new();
    if (k.v)
        return &k;
    k.cfg = p ? config_load("tests/unit/labelled/tinbao.cfg", p) : NULL;
    k.v = k.cfg ? desk_vocab(k.cfg, p) : NULL;
    problems_free(p);
    if (!k.v)
        abort();
    return &k;
}

static void is_sound(const struct meaning *m)
{
    if (!m->form || m->text_len != strlen(m->text) || m->text_len >= sizeof m->text)
        abort();
    if (m->n_slots > MEANING_SLOTS || m->n_choices > MEANING_CHOICES || strlen(m->code) >= sizeof m->code)
        abort();
    if ((m->ask == DOUBT_PLACE && m->place) || (m->ask == DOUBT_CODE && m->code[0]))
        abort();
    char again[SMS_TEXT_MAX];
    if (utf8_clean(m->text, m->text_len, again, sizeof again) != (int)m->text_len || strcmp(again, m->text) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct meaning a, b;
    struct vocab *v = known()->v;
    char text[SMS_TEXT_MAX];
    struct understand_ctx ctx = {.at_ms = 1794492000000, .home_place = n && data[0] & 1 ? "4" : NULL};
    if (utf8_clean((const char *)data, n, text, sizeof text) < 0)
        return 0;
    understand(v, &ctx, text, strlen(text), &a);
    is_sound(&a);
    understand(v, &ctx, text, strlen(text), &b);
    if (a.form != b.form || a.place != b.place || a.kind != b.kind || a.ask != b.ask || strcmp(a.text, b.text) != 0)
        abort();
    (void)looks_like_machine(text);
    (void)vocab_place(v, text);
    (void)vocab_kind(v, text);
    (void)vocab_form(v, text);
    return 0;
}
