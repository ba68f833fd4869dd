// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the texts meant to hurt that take the parsers longest, one a line as `tinbao parse`
 * reads them; tests/bench/worst_instructions counts them. From the top of the tree:
 *   hostile_worst COUNT
 * Exit status: 0, or 2 when the labelled set is not there.
 */
#include "config/config.h"
#include "gateway/desk/desk.h"
#include "parsers/understand.h"
#include "tests/unit/hostile.h"

#include <time.h>

#define WORST_MAX 50

struct worst {
    long ns[WORST_MAX];
    char text[WORST_MAX][HOSTILE_SIZE];
    size_t n;
};

static long cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (long)(t.tv_sec * 1000000000LL + t.tv_nsec);
}

static void keep(struct worst *w, size_t most, long ns, const char *text)
{
    if (w->n == most && ns <= w->ns[most - 1])
        return;
    size_t i = w->n < most ? w->n++ : most - 1;
    for (; i > 0 && w->ns[i - 1] < ns; i--) {
        w->ns[i] = w->ns[i - 1];
        memcpy(w->text[i], w->text[i - 1], HOSTILE_SIZE);
    }
    w->ns[i] = ns;
    snprintf(w->text[i], HOSTILE_SIZE, "%s", text);
}

static void print_line(const char *s)
{
    for (; *s; s++)
        if (*s == '\n')
            fputs("\\n", stdout);
        else if (*s == '\\')
            fputs("\\\\", stdout);
        else
            putchar(*s);
    putchar('\n');
}

static void find_worst(struct vocab *v, struct hostile *h, struct worst *w, size_t most)
{
    static struct meaning m;
    char text[HOSTILE_SIZE];
    struct understand_ctx ctx = {.at_ms = 1794492000000LL, .home_place = "6", .member = true};
    for (int sort = 0; sort < HOSTILE_SORTS; sort++)
        for (int i = 0; i < (sort == HOSTILE_LONG_TEXT ? HOSTILE_LONG * 10 : HOSTILE_EACH); i++) {
            size_t n = hostile_text(h, (enum hostile_sort)sort, text, sizeof text);
            long best = 0;
            for (int tries = 0; tries < 3; tries++) {
                long from = cpu_ns();
                understand(v, &ctx, text, n, &m);
                long took = cpu_ns() - from;
                best = tries == 0 || took < best ? took : best;
            }
            keep(w, most, best, text);
        }
}

int main(int argc, char **argv)
{
    size_t most = argc == 2 ? strtoul(argv[1], NULL, 10) : 5;
    struct problems *ps = problems_new();
    struct config *cfg = ps ? config_load("tests/unit/labelled/tinbao.cfg", ps) : NULL;
    struct vocab *v = cfg ? desk_vocab(cfg, ps) : NULL;
    struct worst *w = calloc(1, sizeof *w);
    struct hostile h;
    if (!v || !w || most < 1 || most > WORST_MAX || hostile_load(&h, "tests/unit/labelled/messages.tsv") != 0) {
        fprintf(stderr, "usage: hostile_worst COUNT   (1 to %d, from the top of the tree)\n", WORST_MAX);
        return 2;
    }
    find_worst(v, &h, w, most);
    for (size_t i = 0; i < w->n; i++)
        print_line(w->text[i]);
    hostile_free(&h);
    vocab_free(v);
    config_free(cfg);
    problems_free(ps);
    free(w);
    return 0;
}
