// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Activity forms: any form of forms.cfg with activity = true is checked by its slots,
 * recorded, and confirmed with the running count of its place. A new one needs no C.
 * Called by dispatch.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/attend.h"
#include "parsers/fold.h"
#include "store/activity.h"

#include <stdio.h>
#include <string.h>

static int64_t period_start(enum count_period p, int64_t now_ms)
{
    int64_t day = civil_day_start_ms(now_ms);
    struct civil c = civil_from_ms(now_ms);
    if (p == PERIOD_WEEK)
        return day - c.weekday * DAY_MS;
    return p == PERIOD_MONTH ? day - (c.day - 1) * DAY_MS : day;
}

static const char *period_name(enum count_period p)
{
    return p == PERIOD_WEEK ? "Tuan nay" : p == PERIOD_MONTH ? "Thang nay" : "Hom nay";
}

/* The first required slot that the text lacks, as the sender knows it; NULL when whole. */
static const char *missing_slot(const struct meaning *mm)
{
    int numbers = mm->has_number;
    bool result = false;
    for (size_t i = 0; i < mm->n_slots; i++) {
        numbers += !strncmp(mm->slots[i].name, "so", 2);
        result |= !strcmp(mm->slots[i].name, "result");
    }
    for (size_t i = 0; i < mm->def->n_slots; i++) {
        const char *s = mm->def->slots[i];
        if (!strcmp(s, "thon") && !mm->place)
            return "ten thon";
        if (!strcmp(s, "so") && numbers-- <= 0)
            return "so";
        if (strchr(s, ':') && s[0] != '[' && !result)
            return strchr(s, ':') + 1;
    }
    return NULL;
}

void activity_example(const struct form_def *def, const char *place, char *out, size_t size)
{
    static const char *const numbers[] = {"25", "3"};
    struct sbuf b = sbuf_on(out, size);
    char name[64] = "ten thon";
    size_t n = 0;
    fold_unaccent(place, strnlen(place, 40), name, sizeof(name));
    sbuf_add(&b, def->keywords[0]);
    for (size_t i = 0; i < def->n_slots; i++) {
        const char *s = def->slots[i], *choice = strchr(s, ':');
        if (!strcmp(s, "thon"))
            sbuf_addf(&b, " %s", name);
        else if (!strcmp(s, "so"))
            sbuf_addf(&b, " %s", numbers[n++ % ARRAY_LEN(numbers)]);
        else if (choice)
            sbuf_addf(&b, " %.*s", (int)strcspn(choice + 1, "|"), choice + 1);
        else if (*s != '[')
            sbuf_add(&b, " noi dung");
    }
}

static int ask_for(struct msg *m, const char *missing)
{
    char text[160], out[OUT_SIZE], heard[80], said[48] = "";
    bool may;
    m->disposition = "unclear";
    int rc = complaint_allowed(m, &may);
    if (rc < 0 || !may)
        return rc;
    activity_example(m->m->def, example_place(m), text, sizeof(text));
    str_copy(said, sizeof(said), missing);
    for (char *p = said; *p; p++)
        *p = *p == '|' ? '/' : *p; /* "THANH/KHONG" */
    heard_text(m->d, m->m->def->keywords[0], m->m->place, heard, sizeof(heard));
    rc = text_say(m->d->cfg, TEXT_ACTIVITY_MISSING, out, sizeof(out), "heard", heard, "missing", said, "text", text,
                  NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

static void join_slots(const struct meaning *mm, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    if (mm->has_number)
        sbuf_addf(&b, "%ld", mm->number);
    for (size_t i = 0; i < mm->n_slots; i++)
        sbuf_addf(&b, "%s%s", b.len ? " " : "", mm->slots[i].value);
}

static int confirm(struct msg *m, const char *place, int64_t count)
{
    const struct form_def *def = m->m->def;
    const struct place *p = config_place(m->d->cfg, place);
    char counted[24], out[OUT_SIZE];
    if (def->target)
        snprintf(counted, sizeof(counted), "%d/%d", (int)(count % 1000), def->target);
    else
        snprintf(counted, sizeof(counted), "%d", (int)(count % 1000));
    int rc = text_say(m->d->cfg, TEXT_ACTIVITY_OK, out, sizeof(out), "keyword", def->keywords[0], "place",
                      p ? p->name : "", "period", period_name(def->period), "count", counted, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

/* A patrol after midnight is still of the night that began before it. */
static int64_t activity_since(const struct msg *m)
{
    bool patrol = !strncmp(m->m->form, "patrol_", 7);
    int64_t shift_ms = patrol ? m->d->cfg->night_end_h * HOUR_MS : 0;
    return period_start(m->m->def->period, m->now.wall_ms - shift_ms) + shift_ms;
}

int form_activity(struct msg *m)
{
    const struct form_def *def = m->m->def;
    char slots[300], home[PLACE_CODE_SIZE];
    int64_t id = 0, count = 0;
    if (def->leaders && m->user->role == ROLE_MEMBER) {
        m->disposition = "refused";
        return reply_text(m, TEXT_NOT_ALLOWED, "keyword", def->keywords[0]);
    }
    const char *missing = missing_slot(m->m), *place = m->m->place;
    if (missing)
        return ask_for(m, missing);
    if (!place)
        place = user_home(m->user, home, sizeof(home));
    join_slots(m->m, slots, sizeof(slots));
    struct activity a = {
        .form = def->name,
        .place = place ? place : "",
        .user_id = m->user->id,
        .message_id = m->id,
        .at_ms = m->now.wall_ms,
        .slots = slots,
        .text = m->m->text,
    };
    m->disposition = "activity";
    int rc = activity_add(m->d->db, &a, &id);
    if (!rc)
        rc = audit(m->d, m->user->id, def->name, 0, m->id, a.place);
    if (!rc)
        rc = attend_patrol(m);
    if (!rc)
        rc = activity_count(m->d->db, def->name, a.place, activity_since(m), &count);
    return rc < 0 ? rc : confirm(m, a.place, count);
}
