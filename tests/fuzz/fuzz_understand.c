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

static struct vocab *words(void)
{
    static struct vocab *v;
    static struct config *cfg;
    struct problems *p = v ? NULL : problems_new();
    if (v)
        return v;
    cfg = p ? config_load("tests/unit/labelled/tinbao.cfg", p) : NULL;
    v = cfg ? desk_vocab(cfg, p) : NULL;
    problems_free(p);
    if (!v)
        abort();
    return v;
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
    char text[SMS_TEXT_MAX];
    struct understand_ctx ctx = {.at_ms = 1794492000000, .home_place = n && data[0] & 1 ? "4" : NULL};
    if (utf8_clean((const char *)data, n, text, sizeof text) < 0)
        return 0;
    understand(words(), &ctx, text, strlen(text), &a);
    is_sound(&a);
    understand(words(), &ctx, text, strlen(text), &b);
    if (a.form != b.form || a.place != b.place || a.kind != b.kind || a.ask != b.ask || strcmp(a.text, b.text) != 0)
        abort();
    (void)looks_like_machine(text);
    (void)vocab_place(words(), text);
    (void)vocab_kind(words(), text);
    (void)vocab_form(words(), text);
    return 0;
}
