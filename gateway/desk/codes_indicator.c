// SPDX-License-Identifier: GPL-2.0-or-later
/* *5#, *5*11#, *5*11*2#: the indicators of a month, of all that the asker may see or of one village. Called
 * by codes.c. What was not recorded is said to be so. */
#include "gateway/desk/codes.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/indicator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN "chua du so lieu"
#define VALUE_SIZE 80

static int say(struct pager *p, const struct config *cfg, enum text_id id, const char *value)
{
    char minutes[8];
    snprintf(minutes, sizeof(minutes), "%d", cfg->presence.minutes);
    return page_text(p, cfg, id, "value", value, "minutes", minutes, NULL);
}

static int say_ratio(struct pager *p, const struct config *cfg, enum text_id id, struct ratio r, const char *none)
{
    char value[VALUE_SIZE];
    indicator_ratio(r, none, value, sizeof(value));
    return say(p, cfg, id, value);
}

static int say_patrols(const struct view *v, const struct indicators *in, struct pager *p)
{
    const struct config *cfg = v->d->cfg;
    int rc = say_ratio(p, cfg, TEXT_IND_NIGHTS, in->nights, UNKNOWN);
    if (!rc)
        rc = say_ratio(p, cfg, TEXT_IND_FORCE, in->force, UNKNOWN);
    if (!rc)
        rc = say_ratio(p, cfg, TEXT_IND_TAKEN, in->taken, "khong co vu");
    if (!rc)
        rc = say_ratio(p, cfg, TEXT_IND_CLOSED, in->closed, "khong co vu");
    if (!rc)
        rc = say_ratio(p, cfg, TEXT_IND_PRESENT, in->present, "khong co vu");
    return rc ? rc : say_ratio(p, cfg, TEXT_IND_MOBILISED, in->mobilised, "khong co vu");
}

/* "bao dong 1p, 3p; NHAN 4p, 12p": the median and the worst, of what there is. */
static int say_times(const struct view *v, const struct indicators *in, struct pager *p)
{
    static const char *const names[RESPONSE_COUNT] = {"bao dong", "NHAN", "co mat", "XONG"};
    char value[VALUE_SIZE], median[12], worst[12];
    struct sbuf b = sbuf_on(value, sizeof(value));
    for (int i = 0; i < RESPONSE_COUNT; i++) {
        const struct spread *s = &in->response[i];
        sbuf_addf(&b, "%s%s ", i ? ", " : "", names[i]);
        if (!s->n) {
            sbuf_add(&b, "chua co");
            continue;
        }
        indicator_time(s->median_ms, median, sizeof(median));
        indicator_time(s->worst_ms, worst, sizeof(worst));
        sbuf_addf(&b, "%s-%s", median, worst);
    }
    bool any = in->response[RESPONSE_ALERT].n || in->response[RESPONSE_ACK].n || in->response[RESPONSE_SCENE].n ||
               in->response[RESPONSE_CLOSE].n;
    return say(p, v->d->cfg, TEXT_IND_TIMES, any ? value : UNKNOWN);
}

/* The other ways' total is one of the whole commune; without it there is no share. */
static int say_tips(const struct view *v, const struct indicators *in, struct pager *p)
{
    char value[VALUE_SIZE];
    const struct tips_count *t = &in->tips;
    int all = t->force + t->strangers + t->other;
    if (!view_is_officer(v))
        return 0; /* a tip is none of the team's business */
    if (!in->commune)
        snprintf(value, sizeof(value), "%d, ty le chi tinh ca xa", t->force);
    else if (!t->known)
        snprintf(value, sizeof(value), "%d, ty le " UNKNOWN " (TONGTIN)", t->force);
    else if (!all)
        snprintf(value, sizeof(value), "khong co tin");
    else
        snprintf(value, sizeof(value), "%d/%d (%d%%)", t->force, all, t->force * 100 / all);
    return say(p, v->d->cfg, TEXT_IND_TIPS, value);
}

static int say_sessions(const struct view *v, const struct indicators *in, struct pager *p)
{
    char value[VALUE_SIZE];
    if (in->weeks.of)
        snprintf(value, sizeof(value), "%d buoi, tuan du buoi %d/%d", in->sessions, in->weeks.got, in->weeks.of);
    else
        snprintf(value, sizeof(value), "%d buoi, tuan du buoi " UNKNOWN, in->sessions);
    int rc = say(p, v->d->cfg, TEXT_IND_LOUDSPEAKER, value);
    if (rc || !in->has_direct)
        return rc;
    snprintf(value, sizeof(value), "%d/%d ca nam", in->direct.got, in->direct.of);
    return say(p, v->d->cfg, TEXT_IND_DIRECT, value);
}

static int say_activities(const struct view *v, const struct indicators *in, struct pager *p)
{
    char value[VALUE_SIZE];
    const struct config *cfg = v->d->cfg;
    bool one = v->place[0] != '\0';
    if (one)
        snprintf(value, sizeof(value), "%d", in->deeds_n);
    else
        snprintf(value, sizeof(value), "%d/%d to (%d viec)", in->deeds.got, in->deeds.of, in->deeds_n);
    int rc = say(p, cfg, TEXT_IND_DEEDS, value);
    snprintf(value, sizeof(value), "thanh %d, khong %d", in->mediated, in->not_mediated);
    if (!rc)
        rc = say(p, cfg, TEXT_IND_MEDIATION, value);
    snprintf(value, sizeof(value), "%d/%d thon, dung han %d", in->meetings.got, in->meetings.of, in->meetings_in_time);
    if (!rc)
        rc = say(p, cfg, TEXT_IND_MEETINGS, value);
    if (!rc)
        rc = say_sessions(v, in, p);
    return rc ? rc : say_ratio(p, cfg, TEXT_IND_TEAMS, in->teams, UNKNOWN);
}

/* "12/11-14/11": what was recorded of the month; "ca thang" for all of it. */
static int say_head(const struct view *v, const struct indicators *in, const char *period, struct pager *p)
{
    char place[48] = "", when[32] = "ca thang";
    struct civil a = civil_from_ms(in->from_ms), b = civil_from_ms(in->to_ms - 1);
    if (in->partial && a.day == b.day)
        snprintf(when, sizeof(when), "%d/%d", a.day, a.month);
    else if (in->partial)
        snprintf(when, sizeof(when), "%d-%d/%d", a.day, b.day, b.month);
    if (v->place[0]) {
        memcpy(place, ", ", 3);
        view_place_name(v, v->place, place + 2, sizeof(place) - 2);
    }
    return page_text(p, v->d->cfg, TEXT_IND_HEAD, "period", period, "place", place, "when", when, NULL);
}

int codes_indicators(struct view *v, const struct codes_args *a, struct pager *p)
{
    struct indicators in;
    struct civil now = civil_from_ms(v->now_ms);
    int month = a->v[0][0] ? atoi(a->v[0]) : now.month;
    char period[16];
    if (month < 1 || month > 12)
        return page_text(p, v->d->cfg, TEXT_CODES_UNKNOWN, NULL);
    int year = indicator_year(month, v->now_ms), rc = indicator_month(v, year, month, &in);
    snprintf(period, sizeof(period), "%d/%d", month, year);
    if (rc)
        return rc;
    if (!in.known)
        return page_text(p, v->d->cfg, TEXT_IND_NONE, "period", period, NULL);
    rc = say_head(v, &in, period, p);
    if (!rc)
        rc = say_patrols(v, &in, p);
    if (!rc)
        rc = say_times(v, &in, p);
    if (!rc)
        rc = say_tips(v, &in, p);
    return rc ? rc : say_activities(v, &in, p);
}
