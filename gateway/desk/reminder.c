// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daily look at the calendar: the leader is reminded before the last day, then the area
 * officer too, and who is named is told once it is overdue. Called by the job "calendar" (by
 * wall time) and at start. What was said of an entry, a village and a period is noted with the
 * texts, so neither a restart nor a clock that jumps says it twice; a look that was missed is made up
 * by the next, which says only what still holds. Nobody is reminded without a calendar in the config.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/due.h"
#include "parsers/fold.h"
#include "store/indicator.h"

#include <stdio.h>
#include <string.h>

#define NAMES_LETTERS 60 /* of villages in one text */
#define NEXT_LOOK "calendar_next"

/* One entry of the calendar, one step, and the villages that it is due for. */
struct look {
    struct desk *d;
    int64_t now_ms, since_ms;
    const struct calendar_item *item;
    enum reminder_step step;
    unsigned roles;
    struct due due[64];
    size_t n;
};

/* "tu 15/11 den 20/11, ket qua den 25/11": what still lies ahead of it. */
static void due_text(const struct look *l, const struct due *x, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    struct civil from = civil_from_ms(x->w.from_ms);
    char day[8];
    if (l->step == REMINDER_OVERDUE) {
        due_day(x->w.due_ms, day, sizeof(day));
        sbuf_add(&b, day);
        return;
    }
    if (l->now_ms < x->w.from_ms && x->w.to_ms - x->w.from_ms > DAY_MS)
        sbuf_addf(&b, "tu %d/%d ", from.day, from.month);
    if (l->now_ms < x->w.to_ms) {
        bool today = calendar_days_left(l->now_ms, x->w.to_ms) == 0;
        due_day(x->w.to_ms, day, sizeof(day));
        sbuf_addf(&b, "%s %s", today ? "het hom nay" : x->w.to_ms - x->w.from_ms > DAY_MS ? "den" : "ngay", day);
    }
    if (x->w.due_ms != x->w.to_ms) {
        due_day(x->w.due_ms, day, sizeof(day));
        sbuf_addf(&b, "%sket qua den %s", b.len ? ", " : "", day);
    }
}

static void done_text(const struct due *x, char *out, size_t size)
{
    snprintf(out, size, "%d/%d", x->done % 1000, x->item->target % 1000);
}

/* --- who ------------------------------------------------------------------------------- */

static bool someone(const struct desk *d, enum role role, const char *place)
{
    for (size_t i = 0; i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role == role && !u->stopped && user_covers(u, place))
            return true;
    }
    return false;
}

/* A village without a leader, or whose leader said NGUNG, has its deputy, then its village head. */
static bool is_asked(const struct look *l, const struct user *u, const struct place *place)
{
    if (u->stopped || !place)
        return !u->stopped && (l->roles & ROLE_BIT(u->role));
    if (!user_covers(u, place->code))
        return false;
    if (l->roles & ROLE_BIT(u->role))
        return true;
    if (!(l->roles & ROLE_BIT(ROLE_LEADER)) || someone(l->d, ROLE_LEADER, place->code))
        return false;
    return u->role == ROLE_DEPUTY || (u->role == ROLE_VILLAGE_HEAD && !someone(l->d, ROLE_DEPUTY, place->code));
}

/* --- what ------------------------------------------------------------------------------ */

static int tell_office(struct look *l, const struct user *u)
{
    char due[48], done[16], out[OUT_SIZE];
    enum text_id id = l->step == REMINDER_OVERDUE ? TEXT_REMIND_OVERDUE : TEXT_REMIND_OFFICE;
    due_text(l, &l->due[0], due, sizeof(due));
    done_text(&l->due[0], done, sizeof(done));
    int rc = text_say(l->d->cfg, id, out, sizeof(out), "what", l->item->text, "due", due, "names", done, NULL);
    return rc < 0 ? rc : tell_later(l->d, u->id, 0, 0, out);
}

/* "LOA Man De 25 noi dung", or "LOA Man De 25 truc tiep": what to send when it is done. */
static void example(const struct form_def *def, const struct due *x, char *out, size_t size)
{
    activity_example(def, x->place->name, out, size);
    char *words = strstr(out, " noi dung");
    if (*x->item->word && words)
        snprintf(words + 1, size - (size_t)(words + 1 - out), "%s", x->item->word);
}

/* A team hears of its own village. */
static int tell_team(struct look *l, const struct user *u, const struct due *x)
{
    char due[48], done[16], text[160] = "", out[OUT_SIZE];
    const struct form_def *def = *l->item->form ? config_form(l->d->cfg, l->item->form) : NULL;
    due_text(l, x, due, sizeof(due));
    done_text(x, done, sizeof(done));
    if (def)
        example(def, x, text, sizeof(text));
    enum text_id id = !def                          ? TEXT_REMIND_OFFICE
                      : l->step == REMINDER_OVERDUE ? TEXT_REMIND_TEAM_LATE
                                                    : TEXT_REMIND_TEAM;
    int rc = text_say(l->d->cfg, id, out, sizeof(out), "place", x->place->name, "what", l->item->text, "due", due,
                      "done", done, "text", text, NULL);
    return rc < 0 ? rc : tell_later(l->d, u->id, 0, 0, out);
}

static int say_names(struct look *l, const struct user *u, const struct due *first, const char *names)
{
    char due[48], out[OUT_SIZE];
    enum text_id id = l->step == REMINDER_OVERDUE ? TEXT_REMIND_OVERDUE : TEXT_REMIND_OFFICER;
    due_text(l, first, due, sizeof(due));
    int rc = text_say(l->d->cfg, id, out, sizeof(out), "what", l->item->text, "due", due, "names", names, NULL);
    return rc < 0 ? rc : tell_later(l->d, u->id, 0, 0, out);
}

/* An officer hears of all his villages at once, in the order of the settings, in as few texts as they fit. */
static int tell_officer(struct look *l, const struct user *u)
{
    char names[NAMES_LETTERS + 1], one[40], name[128];
    struct sbuf b = sbuf_on(names, sizeof(names));
    const struct due *first = NULL;
    int rc = 0;
    for (size_t i = 0; !rc && i < l->n; i++) {
        const struct due *x = &l->due[i];
        if (!is_asked(l, u, x->place))
            continue;
        if (fold_unaccent(x->place->name, strlen(x->place->name), name, sizeof(name)) < 0)
            name[0] = '\0';
        if (l->item->target > 1)
            snprintf(one, sizeof(one), "%.24s %d/%d", name, x->done % 1000, l->item->target % 1000);
        else
            snprintf(one, sizeof(one), "%.24s", name);
        if (first && b.len + strlen(one) + 2 > NAMES_LETTERS) {
            rc = say_names(l, u, first, names);
            b = sbuf_on(names, sizeof(names));
            first = NULL;
        }
        sbuf_addf(&b, "%s%s", first ? ", " : "", one);
        first = first ? first : x;
    }
    return rc || !first ? rc : say_names(l, u, first, names);
}

static int tell_one(struct look *l, const struct user *u)
{
    int rc = 0;
    if (l->item->office)
        return is_asked(l, u, NULL) ? tell_office(l, u) : 0;
    if (user_is_officer(u))
        return tell_officer(l, u);
    for (size_t i = 0; !rc && i < l->n; i++)
        if (is_asked(l, u, l->due[i].place))
            rc = tell_team(l, u, &l->due[i]);
    return rc;
}

/* Tells whom it concerns, and notes that it was said. */
static int say(struct look *l)
{
    int rc = 0;
    for (size_t i = 0; l->n && !rc && i < l->d->people.n; i++)
        rc = tell_one(l, &l->d->people.users[i]);
    for (size_t i = 0; !rc && i < l->n; i++) {
        const char *place = l->due[i].place ? l->due[i].place->code : "";
        rc = reminder_note(l->d->db, l->item->name, place, l->due[i].w.period, l->step, l->now_ms);
    }
    l->n = 0;
    return rc;
}

/* --- when ------------------------------------------------------------------------------ */

/* Is the step's time there for what lies ahead? Once a date is over, or all is done, it is not; nor when some
 * of it may have been done before the service kept anything. */
static bool step_is_due(const struct look *l, const struct due *x)
{
    const struct calendar_item *it = x->item;
    if (*it->form ? x->done >= it->target : l->now_ms >= x->w.to_ms)
        return false;
    if (it->target > 1 && x->w.from_ms < l->since_ms)
        return false;
    if (l->step == REMINDER_THEN)
        return calendar_days_left(l->now_ms, x->w.due_ms) <= it->then_days;
    if (calendar_days_left(l->now_ms, x->w.to_ms) > it->remind_days)
        return false;
    /* close to the end the next step speaks, if it speaks to the same people */
    return calendar_days_left(l->now_ms, x->w.due_ms) > it->then_days || (it->remind_roles & ~it->then_roles);
}

static int look_at(struct look *l, const struct place *place)
{
    struct due *x = &l->due[l->n];
    int rc = l->step == REMINDER_OVERDUE ? due_behind(l->d, l->item, place, l->now_ms, l->since_ms, x)
                                         : due_ahead(l->d, l->item, place, l->now_ms, x);
    if (rc < 0)
        return rc;
    if (l->step == REMINDER_OVERDUE ? rc == 0 : !step_is_due(l, x))
        return 0;
    rc = reminder_said(l->d->db, l->item->name, place ? place->code : "", x->w.period, l->step);
    if (rc)
        return rc < 0 ? rc : 0;
    return ++l->n == ARRAY_LEN(l->due) ? say(l) : 0;
}

static int look_step(struct look *l)
{
    int rc = 0;
    if (l->item->office)
        rc = look_at(l, NULL);
    for (size_t i = 0; !rc && !l->item->office && i < l->d->cfg->n_places; i++)
        rc = look_at(l, &l->d->cfg->places[i]);
    return rc ? rc : say(l);
}

static int look(struct desk *d, int64_t now_ms)
{
    struct look l = {.d = d, .now_ms = now_ms};
    int rc = due_since(d, &l.since_ms);
    for (size_t i = 0; !rc && i < d->cfg->n_calendar; i++) {
        l.item = &d->cfg->calendar[i];
        const unsigned roles[] = {[REMINDER_FIRST] = l.item->remind_roles,
                                  [REMINDER_THEN] = l.item->then_roles,
                                  [REMINDER_OVERDUE] = l.item->overdue_roles};
        for (int step = REMINDER_FIRST; !rc && step <= REMINDER_OVERDUE; step++) {
            l.step = (enum reminder_step)step;
            l.roles = roles[step];
            rc = look_step(&l);
        }
    }
    return rc;
}

/* The next moment after now at which the look is made. */
static int64_t next_look(const struct desk *d, int64_t now_ms)
{
    int64_t at_ms = civil_day_start_ms(now_ms) + config_minutes(d->cfg->calendar_at) * MINUTE_MS;
    return at_ms > now_ms ? at_ms : at_ms + DAY_MS;
}

static int plan_next(struct desk *d, int64_t now_ms)
{
    int64_t at_ms = next_look(d, now_ms);
    int rc = job_set(d->db, "calendar", "", JOB_WALL, at_ms);
    return rc < 0 ? rc : meta_set_i64(d->db, NEXT_LOOK, at_ms);
}

int reminder_plan(struct desk *d)
{
    int64_t now_ms = now_calendar(service_now(&d->time)), at_ms;
    int rc = meta_get_i64(d->db, NEXT_LOOK, &at_ms);
    if (!rc && at_ms <= now_ms)
        return job_set(d->db, "calendar", "", JOB_WALL, at_ms); /* missed while the service was off */
    return rc < 0 && rc != -ENOENT ? rc : plan_next(d, now_ms);
}

int reminder_due(struct desk *d, const char *key)
{
    (void)key;
    int64_t now_ms = now_calendar(service_now(&d->time));
    int rc = d->cfg->calendar_on ? look(d, now_ms) : 0;
    return rc < 0 ? rc : plan_next(d, now_ms);
}
