// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What understanding costs, alone: messages a second over a labelled set with its own places,
 * then with a gazetteer of 500 places and 2,000 aliases around them. Run by `make bench`:
 *   parse_scale CONFIG SAMPLES.tsv
 * Exit status: 0, 1 when the large gazetteer costs more than half as much again, 2 unreadable.
 */
#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/desk/desk.h"
#include "parsers/understand.h"
#include "tests/unit/hostile.h"

#include <time.h>

#define PLACES 500
#define ALIASES 4
#define ROUNDS 7
#define REPEAT 40
#define FACTOR_MAX 1.5

struct crowd { /* the config's places and as many invented ones */
    struct place places[PLACES];
    char names[PLACES][40], aliases[PLACES][ALIASES][40];
    const char *lists[PLACES][ALIASES];
};

static void invent(struct crowd *c, size_t i)
{
    static const char *const first[] = {"Tân", "Phú", "Yên", "Hòa", "Thanh", "Đông", "Nam", "Vĩnh", "Quảng", "Bình"};
    static const char *const second[] = {"Lâm", "Sơn", "Khê", "Thủy", "Giang", "Mai", "Hải", "Điền", "Cầu", "Viên"};
    static const char *const third[] = {"", " Thượng", " Hạ", " Trung", " Đoài"};
    snprintf(c->names[i], sizeof c->names[i], "%s %s%s", first[i % 10], second[i / 10 % 10], third[i / 100 % 5]);
    for (size_t k = 0; k < ALIASES; k++) {
        snprintf(c->aliases[i][k], sizeof c->aliases[i][k], "%s %s %zu", second[(i + k) % 10], first[(i / 7 + k) % 10],
                 200 + i);
        c->lists[i][k] = c->aliases[i][k];
    }
    c->places[i] = (struct place){.name = c->names[i], .type = "thon", .aliases = c->lists[i], .n_aliases = ALIASES};
    snprintf(c->places[i].code, sizeof c->places[i].code, "%zu", 1000 + i);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Messages a second of processor time, the best round. */
static double speed(struct vocab *v, const struct hostile *h, const struct understand_ctx *ctx)
{
    static struct meaning m;
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double from = seconds();
        for (int k = 0; k < REPEAT; k++)
            for (size_t i = 0; i < h->n_lines; i++)
                understand(v, ctx, h->lines[i], strlen(h->lines[i]), &m);
        double now = (double)(REPEAT * h->n_lines) / (seconds() - from);
        best = now > best ? now : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    struct problems *ps = problems_new();
    struct hostile h;
    struct config *cfg = argc == 3 && ps ? config_load(argv[1], ps) : NULL;
    struct crowd *crowd = calloc(1, sizeof *crowd);
    if (!cfg || !crowd || hostile_load(&h, argv[2]) != 0) {
        fprintf(stderr, "usage: parse_scale CONFIG SAMPLES.tsv\n");
        return 2;
    }
    for (size_t i = 0; i < PLACES; i++)
        if (i < cfg->n_places)
            crowd->places[i] = cfg->places[i];
        else
            invent(crowd, i);
    struct understand_ctx ctx = {.home_place = cfg->places[0].code, .member = true};
    struct vocab *small = desk_vocab(cfg, ps);
    struct vocab *large =
        vocab_new(crowd->places, PLACES, cfg->kinds, cfg->n_kinds, cfg->forms, cfg->n_forms, NULL, NULL);
    int rc = small && large && civil_parse("2026-11-12 21:00", &ctx.at_ms) == 0 ? 0 : 2;
    if (rc == 0) {
        double few = speed(small, &h, &ctx), many = speed(large, &h, &ctx);
        printf(
            "understand: %.0f messages/s with %zu places; %.0f messages/s with %d places and %d aliases; factor %.2f\n",
            few, cfg->n_places, many, PLACES, PLACES * ALIASES, few / many);
        rc = few / many > FACTOR_MAX;
    }
    vocab_free(small);
    vocab_free(large);
    hostile_free(&h);
    free(crowd);
    config_free(cfg);
    problems_free(ps);
    return rc;
}
