// SPDX-License-Identifier: GPL-2.0-or-later
/* The shipped forms and kinds over the villages of tests/unit/labelled/places.cfg, for tests
 * of understanding: words_load() / words_free(), and say() for one message. */
#ifndef TB_TESTS_WORDS_H
#define TB_TESTS_WORDS_H

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/desk/desk.h"
#include "parsers/understand.h"

#include <stdlib.h>
#include <string.h>

struct words {
    struct config *cfg;
    struct vocab *vocab;
    struct problems *problems;
    struct understand_ctx ctx;
    struct meaning m;
};

static inline int words_load(void **state)
{
    struct words *w = calloc(1, sizeof(*w));
    if (!w || !(w->problems = problems_new()))
        return -1;
    *state = w;
    w->cfg = config_load("tests/unit/labelled/tinbao.cfg", w->problems);
    w->vocab = w->cfg ? desk_vocab(w->cfg, w->problems) : NULL;
    w->ctx.home_place = "4";
    w->ctx.member = true;
    return w->vocab ? civil_parse("2026-11-12 21:00", &w->ctx.at_ms) : -1;
}

static inline int words_free(void **state)
{
    struct words *w = *state;
    vocab_free(w->vocab);
    config_free(w->cfg);
    problems_free(w->problems);
    free(w);
    return 0;
}

static inline const struct meaning *say(struct words *w, const char *text)
{
    understand(w->vocab, &w->ctx, text, strlen(text), &w->m);
    return &w->m;
}

static inline const char *slot_of(const struct meaning *m, const char *name)
{
    for (size_t i = 0; i < m->n_slots; i++)
        if (!strcmp(m->slots[i].name, name))
            return m->slots[i].value;
    return "";
}

#endif
