// SPDX-License-Identifier: GPL-2.0-or-later
/* The calendar against what was recorded. See due.h. */
#include "gateway/desk/due.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/room.h"
#include "parsers/fold.h"
#include "store/indicator.h"

#include <stdio.h>
#include <string.h>

int due_since(struct desk *d, int64_t *since_ms)
{
    int rc = message_first(d->db, since_ms);
    *since_ms = rc ? INT64_MAX : civil_day_start_ms(*since_ms);
    return rc == -ENOENT ? 0 : rc;
}

struct counting {
    struct desk *d;
    const struct calendar_item *item;
    int n;
};

static bool has_word(const char *folded, const char *word)
{
    char w[2 * CALENDAR_TEXT_MAX];
    return fold_text(word, strlen(word), w, sizeof(w), NULL) > 0 && strstr(folded, w) != NULL;
}

/* See config/calendar.c: with its word, or without the word of any other of its form. */
static bool belongs(const struct counting *c, const char *text)
{
    char folded[INCIDENT_TEXT_SIZE];
    if (fold_text(text, strlen(text), folded, sizeof(folded), NULL) < 0)
        folded[0] = '\0';
    if (*c->item->word)
        return has_word(folded, c->item->word);
    const struct config *cfg = c->d->cfg;
    for (size_t i = 0; i < cfg->n_calendar; i++) {
        const struct calendar_item *it = &cfg->calendar[i];
        if (*it->word && !strcmp(it->form, c->item->form) && has_word(folded, it->word))
            return false;
    }
    return true;
}

static int count_one(void *ctx, int64_t at_ms, const char *slots, const char *text)
{
    struct counting *c = ctx;
    (void)at_ms, (void)slots;
    c->n += belongs(c, text);
    return 0;
}

int due_count(struct desk *d, const struct calendar_item *item, const struct place *place, int64_t from_ms,
              int64_t to_ms, int *n)
{
    struct counting c = {.d = d, .item = item};
    int rc = 0;
    *n = 0;
    if (!*item->form)
        return 0;
    if (place)
        rc = activity_each(d->db, item->form, place->code, from_ms, to_ms, count_one, &c);
    else
        rc = activity_each(d->db, item->form, "", from_ms, to_ms, count_one, &c);
    for (size_t i = 0; !rc && !place && i < d->cfg->n_places; i++)
        rc = activity_each(d->db, item->form, d->cfg->places[i].code, from_ms, to_ms, count_one, &c);
    *n = c.n;
    return rc;
}

int due_ahead(struct desk *d, const struct calendar_item *item, const struct place *place, int64_t now_ms,
              struct due *x)
{
    *x = (struct due){.item = item, .place = place};
    calendar_ahead(item, now_ms, &x->w);
    return due_count(d, item, place, x->w.from_ms, x->w.next_ms, &x->done);
}

int due_behind(struct desk *d, const struct calendar_item *item, const struct place *place, int64_t now_ms,
               int64_t since_ms, struct due *x)
{
    *x = (struct due){.item = item, .place = place};
    if (!*item->form)
        return 0;
    calendar_behind(item, now_ms, &x->w);
    int64_t told_ms = x->w.due_ms + item->told_days * DAY_MS;
    if (x->w.from_ms < since_ms || now_ms >= (told_ms > x->w.next_ms ? told_ms : x->w.next_ms))
        return 0;
    int rc = due_count(d, item, place, x->w.from_ms, x->w.next_ms, &x->done);
    return rc < 0 ? rc : x->done < item->target;
}

static int overdue_of(struct desk *d, const struct calendar_item *item, const struct place *place, int64_t now_ms,
                      int64_t since_ms, int (*fn)(void *ctx, const struct due *x), void *ctx)
{
    struct due x;
    int rc = due_behind(d, item, place, now_ms, since_ms, &x);
    return rc > 0 ? fn(ctx, &x) : rc;
}

int due_each_overdue(struct desk *d, int64_t now_ms, int (*fn)(void *ctx, const struct due *x), void *ctx)
{
    int64_t since_ms;
    int rc = due_since(d, &since_ms);
    for (size_t i = 0; !rc && i < d->cfg->n_calendar; i++) {
        const struct calendar_item *it = &d->cfg->calendar[i];
        if (it->office)
            rc = overdue_of(d, it, NULL, now_ms, since_ms, fn, ctx);
        for (size_t p = 0; !rc && !it->office && p < d->cfg->n_places; p++)
            rc = overdue_of(d, it, &d->cfg->places[p], now_ms, since_ms, fn, ctx);
    }
    return rc;
}

void due_day(int64_t end_ms, char *out, size_t size)
{
    struct civil c = civil_from_ms(end_ms - 1);
    snprintf(out, size, "%d/%d", c.day, c.month);
}
