// SPDX-License-Identifier: GPL-2.0-or-later
/* The vocabulary of a config, for everybody who must understand messages. */
#include "gateway/desk/desk.h"

#include "parsers/understand.h"

static void say_problem(void *ctx, const char *file, int line, const char *text)
{
    problems_add(ctx, false, file ? file : "", line, "%s", text);
}

struct vocab *desk_vocab(const struct config *cfg, struct problems *p)
{
    return vocab_new(cfg->places, cfg->n_places, cfg->kinds, cfg->n_kinds, cfg->forms, cfg->n_forms, say_problem, p);
}
