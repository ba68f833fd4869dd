// SPDX-License-Identifier: GPL-2.0-or-later
/* A settings file as anybody could write it. The first octet says which of the five files it
 * is. What is wrong is said; nothing crashes, and nothing is read past its end. A main file without a
 * fault can be planned with. */
#include "tests/fuzz/must.h"

#include "config/file.h"
#include "config/load.h"
#include "gateway/base/civil.h"
#include "gateway/desk/desk.h"
#include "gateway/plan/calendar.h"
#include "gateway/plan/rota.h"
#include "gateway/plan/shift.h"
#include "parsers/understand.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The sisters as shipped, read once. */
static const struct config *shipped(void)
{
    static struct config *c;
    struct problems *p = c ? NULL : problems_new();
    if (!c && p)
        c = config_load("config/demo/tinbao.cfg", p);
    must(c != NULL);
    if (p)
        problems_free(p);
    return c;
}

/* As load.c does it, but for the files. */
static void take_main(struct loader *l, const config_t *cfg)
{
    const struct config *with = shipped();
    struct config *c = l->c;
    load_main(l, cfg);
    struct kind *kinds = arena_array(l->arena, with->n_kinds, sizeof(*kinds));
    must(kinds != NULL);
    memcpy(kinds, with->kinds, with->n_kinds * sizeof(*kinds));
    c->kinds = kinds;
    c->n_kinds = with->n_kinds;
    c->places = with->places;
    c->n_places = with->n_places;
    c->forms = with->forms;
    c->n_forms = with->n_forms;
    c->roster = calloc(with->n_roster, sizeof(*c->roster));
    must(c->roster != NULL);
    memcpy(c->roster, with->roster, with->n_roster * sizeof(*c->roster));
    c->n_roster = with->n_roster;
    if (config_lookup(cfg, "restricted"))
        load_restricted(l, config_lookup(cfg, "restricted"));
    if (config_lookup(cfg, "duty"))
        load_duty(l, config_lookup(cfg, "duty"));
    load_presence(l, config_lookup(cfg, "presence"));
    load_default_calendar(l);
    if (config_lookup(cfg, "calendar"))
        load_calendar(l, config_lookup(cfg, "calendar"));
    if (config_lookup(cfg, "shifts"))
        load_check_shifts(l, config_lookup(cfg, "shifts"));
    load_check_officers(l);
    load_check_digests(l);
    load_check_duty(l);
}

/* What was taken over without a word can be planned with, at any time. */
static void plan(const struct config *c)
{
    static const int64_t at_ms[] = {1794492000000, 1798736399000, 1830000000000};
    struct calendar_window w;
    struct shift_window s[8];
    struct rota_gap gaps[4];
    char night[NIGHT_SIZE], name[80];
    for (size_t t = 0; t < sizeof(at_ms) / sizeof(at_ms[0]); t++) {
        shift_night(c, at_ms[t], night);
        must(strlen(night) == 10);
        size_t n_gaps = rota_gaps(c, at_ms[t], at_ms[t] + 7 * DAY_MS, gaps, 4);
        for (size_t i = 0; i < n_gaps && i < 4; i++)
            must(gaps[i].from_ms < gaps[i].to_ms && gaps[i].from_ms >= at_ms[t]);
        for (size_t i = 0; i < c->n_roster; i++) {
            const char *phone = c->roster[i].phone;
            (void)rota_on_duty(c, phone, c->roster[i].role, at_ms[t]);
            (void)rota_called(c, phone, "CHAY", "6", 5, 1, at_ms[t]);
            (void)rota_instead(c, phone, at_ms[t]);
        }
        for (int severity = 1; severity <= 5; severity++)
            must(rota_repeat_s(c, severity, at_ms[t]) >= 0);
        (void)rota_at_once(c, 3, at_ms[t]);
        for (size_t i = 0; i < c->n_calendar; i++) {
            calendar_current(&c->calendar[i], at_ms[t], &w);
            must(w.from_ms <= w.to_ms);
            calendar_period_name(&c->calendar[i], &w, name, sizeof(name));
            calendar_ahead(&c->calendar[i], at_ms[t], &w);
            calendar_behind(&c->calendar[i], at_ms[t], &w);
        }
        for (size_t i = 0; i < c->n_places; i++) {
            (void)shift_at(c, c->places[i].code, at_ms[t], 30, &s[0]);
            size_t n = shift_windows(c, c->places[i].code, at_ms[t], at_ms[t] + DAY_MS, true, s, 8);
            for (size_t k = 0; k < n && k < 8; k++)
                must(s[k].begin_ms < s[k].end_ms && s[k].begin_ms >= at_ms[t] && s[k].need > 0);
        }
    }
}

/* Forms that were taken over without a word make a vocabulary, or it says why not; and it reads. */
static void speak(const struct config *with, struct problems *p)
{
    static struct meaning m;
    static const char text[] = "BC man de trom luc 9h toi, mat xe";
    struct config c = *shipped();
    struct understand_ctx ctx = {.at_ms = 1794492000000, .home_place = "6", .member = true};
    c.forms = with->forms;
    c.n_forms = with->n_forms;
    size_t before = p->errors;
    struct vocab *v = desk_vocab(&c, p);
    must(v || p->errors > before);
    if (v)
        understand(v, &ctx, text, sizeof(text) - 1, &m);
    must(!v || (m.form && strlen(m.text) == m.text_len));
    vocab_free(v);
}

static void say(void *ctx, const char *key, bool needs_restart)
{
    (void)key;
    *(int *)ctx += needs_restart;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static void (*const take[])(struct loader *, const config_t *) = {take_main, load_places, load_kinds, load_forms,
                                                                      load_messages};
    if (n == 0)
        return 0;
    struct problems *p = problems_new();
    struct config *c = calloc(1, sizeof(*c));
    char *text = malloc(n);
    if (!p || !c || !text || !(c->arena = arena_new()))
        abort();
    memcpy(text, data + 1, n - 1);
    text[n - 1] = '\0';
    struct loader l = {.c = c, .arena = c->arena, .p = p, .file = "dir/fuzz.cfg"};
    config_t cfg;
    if (file_parse(l.file, text, n - 1, &cfg, p) == 0)
        take[data[0] % 5](&l, &cfg);
    else if (!p->errors || strstr(p->items[0].text, "can not be understood"))
        abort(); /* the scan says all that libconfig would stumble over */
    config_destroy(&cfg);
    free(text);
    if (!p->errors && data[0] % 5 == 0)
        plan(c);
    if (!p->errors && data[0] % 5 == 3)
        speak(c, p);
    int restarts = 0;
    config_diff(c, c, say, &restarts);
    if (restarts || (c->n_places && config_place(c, c->places[0].code) == NULL))
        abort();
    config_free(c);
    problems_free(p);
    return 0;
}
