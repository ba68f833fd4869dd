// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attendance corrected after the fact, each change with its history: SUA VAO and SUA RA set a time, HUY
 * VAO and HUY RA take back what a slip or a missed call wrote. A member mends his own of the last day;
 * leader, deputy and village head their team's; the officer of the area and the duty desk anybody's.
 * The member hears of what others changed. Called by dispatch.
 */
#include "gateway/desk/attend.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_MS DAY_MS          /* so far back a member mends his own */
#define NEAR_MS (12 * HOUR_MS) /* a time further from a row is of another night */

/* What is asked: whose, and which. */
struct fix {
    struct msg *m;
    const struct user *whose;
    bool own;
    bool out; /* RA, else VAO */
    int64_t now_ms;
};

static const char *what(const struct fix *f)
{
    return f->out ? "RA" : "VAO";
}

/* May the sender correct this member's rows? */
static bool may_fix(const struct user *by, const struct user *whose)
{
    char place[PLACE_CODE_SIZE];
    if (!user_in_team(whose) || attend_place(whose, place) < 0 || by->role == ROLE_MEMBER || by->role == ROLE_CHIEF)
        return false;
    return user_covers(by, place);
}

/* Does the typed name, folded, end the full one at a word? "an" of "nguyen van an". */
static bool is_named(const struct user *u, const char *typed)
{
    char name[2 * sizeof(u->name)];
    int n = fold_text(u->name, strlen(u->name), name, sizeof(name), NULL);
    size_t k = strlen(typed);
    if (n < 0 || k == 0 || k > (size_t)n || strcmp(name + n - k, typed) != 0)
        return false;
    return (size_t)n == k || name[(size_t)n - k - 1] == ' ';
}

/* The name that was typed, folded, less words of courtesy and of time. */
static void typed_name(const struct msg *m, char *out, size_t size)
{
    static const char *const before[] = {"cho ", "cua ", "dong chi ", "dc ", "anh ",
                                         "chi ", "em ",  "ong ",      "ba ", "co "};
    static const char *const after[] = {" luc", " vao", " gio"};
    if (fold_text(m->m->text, strlen(m->m->text), out, size, NULL) < 0)
        out[0] = '\0';
    size_t n = strlen(out), skip = strspn(out, " .,:");
    while (n > skip && strchr(" .,:", out[n - 1]))
        out[--n] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(before); i++)
        if (!strncmp(out + skip, before[i], strlen(before[i])))
            skip += strlen(before[i]);
    for (size_t i = 0; i < ARRAY_LEN(after); i++) {
        size_t k = strlen(after[i]);
        if (n >= skip + k && !strcmp(out + n - k, after[i]))
            out[n -= k] = '\0';
    }
    memmove(out, out + skip, n - skip + 1);
    if (!strcmp(out, "luc"))
        out[0] = '\0';
}

/* A reply that only complains, with the keyword that was used. */
static int complain(struct msg *m, enum text_id id)
{
    bool may;
    int rc = complaint_allowed(m, &may);
    return rc < 0 || !may ? rc : reply_text(m, id, "keyword", m->m->def->keywords[0]);
}

/* The users whom the typed words mean and whom the sender may correct: how many; f->whose is one. */
static size_t meant(struct fix *f, const char *typed)
{
    const struct msg *m = f->m;
    char phone[ADDRESS_SIZE];
    size_t found = 0;
    bool number = phone_normalize(typed, phone, sizeof(phone)) == 0;
    for (size_t i = 0; i < m->d->people.n; i++) {
        const struct user *u = &m->d->people.users[i];
        if (!(number ? !strcmp(u->phone, phone) : is_named(u, typed)) || (u != m->user && !may_fix(m->user, u)))
            continue;
        f->whose = u;
        found++;
    }
    return found;
}

/* Whose attendance it is: 0 with f->whose, or 1 when the sender was answered. */
static int find_whose(struct fix *f)
{
    struct msg *m = f->m;
    char typed[200];
    typed_name(m, typed, sizeof(typed));
    f->whose = m->user;
    size_t found = *typed ? meant(f, typed) : 1;
    f->own = f->whose == m->user;
    if (found == 1)
        return 0;
    m->disposition = "refused";
    int rc = complain(m, m->user->role == ROLE_MEMBER ? TEXT_FIX_OWN : TEXT_FIX_WHO);
    return rc < 0 ? rc : 1;
}

/* One text about a row: name, date, the new time and the old one ("-": none). */
static int fix_text(const struct fix *f, enum text_id id, const struct user *name, const struct attendance *a,
                    int64_t new_ms, int64_t old_ms, char *out, size_t size)
{
    char date[ATTEND_DATE_SIZE], time[24] = "-", old[24] = "-";
    attend_date(a->night, date);
    if (new_ms)
        clock_text(new_ms, new_ms, time, sizeof(time));
    if (old_ms)
        clock_text(old_ms, old_ms, old, sizeof(old));
    return text_say(f->m->d->cfg, id, out, size, "keyword", what(f), "name", name->name, "date", date, "time", time,
                    "old", old, NULL);
}

/* The sender's confirmation, and a word to the member if somebody else did it. */
static int confirm(const struct fix *f, enum text_id done, enum text_id told, const struct attendance *a,
                   int64_t new_ms, int64_t old_ms)
{
    char out[OUT_SIZE];
    int rc = fix_text(f, done, f->whose, a, new_ms, old_ms, out, sizeof(out));
    if (!rc)
        rc = reply(f->m, out, false);
    if (rc < 0 || f->own)
        return rc;
    rc = fix_text(f, told, f->m->user, a, new_ms, old_ms, out, sizeof(out));
    return rc < 0 ? rc : tell_later(f->m->d, f->whose->id, 0, f->m->id, out);
}

static int change(const struct fix *f, struct attendance *a, enum attendance_field field, int64_t old_ms,
                  int64_t new_ms)
{
    struct msg *m = f->m;
    char key[24];
    struct attendance_edit e = {.what = field,
                                .user_id = m->user->id,
                                .at_ms = f->now_ms,
                                .old_ms = old_ms,
                                .new_ms = new_ms,
                                .message_id = m->id};
    int rc = attendance_change(m->d->db, a, &e);
    snprintf(key, sizeof(key), "%lld", (long long)a->id);
    if (!rc)
        rc = a->out_ms ? job_cancel(m->d->db, "forgotten", key) : attend_expect_out(m->d, a);
    m->disposition = "attendance_fixed";
    return rc < 0 ? rc : audit(m->d, m->user->id, "attendance_fixed", 0, m->id, a->night);
}

/* The newest row of the member near that time; for RA one that began before it. */
static int row_near(const struct fix *f, int64_t at_ms, struct attendance *a)
{
    int64_t from = at_ms - (f->out ? DAY_MS : NEAR_MS), to = f->out ? at_ms : at_ms + NEAR_MS;
    char night[NIGHT_SIZE], place[PLACE_CODE_SIZE];
    int rc = attendance_last(f->m->d->db, f->whose->id, from, to, a);
    if (rc < 0 || f->out)
        return rc;
    if (attend_place(f->whose, place) < 0)
        return -ENOENT;
    shift_night_of(f->m->d->cfg, a->place, at_ms, f->m->d->cfg->attendance.early_min, night);
    return strcmp(night, a->night) ? -ENOENT : 0;
}

/* A VAO that was never sent: the leader writes it down. A past one ends with its shift. */
static int add_row(const struct fix *f, int64_t at_ms)
{
    struct desk *d = f->m->d;
    struct attendance a = {.user_id = f->whose->id, .in_ms = at_ms, .message_id = f->m->id, .how = "leader"}, open;
    int rc = attend_place(f->whose, a.place);
    if (rc < 0)
        return rc;
    shift_night_of(d->cfg, a.place, at_ms, d->cfg->attendance.early_min, a.night);
    rc = attendance_open(d->db, f->whose->id, &open);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    bool is_in = rc == 0;
    int64_t end = attend_end(d, &a);
    rc = attendance_in(d->db, &a, &a.id);
    if (!rc &&
        (attend_out_due(d, &a) <= f->now_ms || is_in)) /* over: until its end; or he is in already, since later */
        a.out_ms = is_in && open.in_ms > at_ms && open.in_ms < end ? open.in_ms : end < at_ms ? at_ms : end;
    if (!rc)
        rc = change(f, &a, ATTENDANCE_ADD, 0, at_ms);
    return rc < 0 ? rc : confirm(f, TEXT_FIX_ADDED, TEXT_FIX_ADDED_TOLD, &a, at_ms, 0);
}

static int set_time(const struct fix *f, struct attendance *a, int64_t at_ms)
{
    struct desk *d = f->m->d;
    int64_t old = f->out ? a->out_ms : a->in_ms;
    if (!f->out && a->out_ms && at_ms > a->out_ms)
        return reply_text(f->m, TEXT_FIX_TIME, "keyword", what(f));
    if (f->out) {
        a->out_ms = at_ms;
        a->forgotten = false;
    } else {
        a->in_ms = at_ms;
        shift_night_of(d->cfg, a->place, at_ms, d->cfg->attendance.early_min, a->night);
    }
    int rc = f->out ? attend_patrol_ends(d, f->whose->id, at_ms, false) : 0;
    if (!rc)
        rc = change(f, a, f->out ? ATTENDANCE_OUT : ATTENDANCE_IN, old, at_ms);
    return rc < 0 ? rc : confirm(f, TEXT_FIX_OK, TEXT_FIX_TOLD, a, at_ms, old);
}

static int fix_time(struct msg *m, bool out)
{
    struct fix f = {.m = m, .out = out, .now_ms = now_calendar(m->now)};
    struct attendance a;
    m->disposition = "unclear";
    if (!m->m->has_when)
        return complain(m, TEXT_FIX_HOW);
    int rc = find_whose(&f);
    if (rc)
        return rc < 0 ? rc : 0;
    int64_t back = f.own && m->user->role == ROLE_MEMBER ? OWN_MS : m->d->cfg->attendance.correct_days * DAY_MS;
    if (m->m->when_ms > f.now_ms || m->m->when_ms < f.now_ms - back)
        return reply_text(m, TEXT_FIX_TIME, "keyword", what(&f));
    rc = row_near(&f, m->m->when_ms, &a);
    if (!rc)
        return set_time(&f, &a, m->m->when_ms);
    if (rc != -ENOENT)
        return rc;
    return out || (f.own && m->user->role == ROLE_MEMBER) ? reply_text(m, TEXT_FIX_NONE, "keyword", what(&f))
                                                          : add_row(&f, m->m->when_ms);
}

int form_fix_in(struct msg *m)
{
    return fix_time(m, false);
}

int form_fix_out(struct msg *m)
{
    return fix_time(m, true);
}

/* HUY VAO: the whole row counts no more. HUY RA: he is in again, unless the shift is over. */
static int undo(struct msg *m, bool out)
{
    struct fix f = {.m = m, .out = out, .now_ms = now_calendar(m->now)};
    struct attendance a;
    m->disposition = "unclear";
    int rc = find_whose(&f);
    if (rc)
        return rc < 0 ? rc : 0;
    int64_t back = f.own ? OWN_MS : m->d->cfg->attendance.correct_days * DAY_MS;
    rc = attendance_last(m->d->db, f.whose->id, f.now_ms - back, f.now_ms + NEAR_MS, &a);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == -ENOENT || (out && !a.out_ms))
        return reply_text(m, TEXT_UNDO_NONE, "keyword", what(&f));
    int64_t was = out ? a.out_ms : a.in_ms;
    if (out && attend_end(m->d, &a) <= f.now_ms)
        return reply_text(m, TEXT_FIX_HOW, "keyword", "SUA RA");
    if (!out && !a.out_ms)
        rc = attend_patrol_ends(m->d, f.whose->id, f.now_ms, false);
    if (rc < 0)
        return rc;
    a.out_ms = out ? 0 : a.out_ms ? a.out_ms : a.in_ms;
    a.forgotten = a.forgotten && !out;
    rc = change(&f, &a, out ? ATTENDANCE_UNDO_OUT : ATTENDANCE_UNDO_IN, was, 0);
    return rc < 0 ? rc : confirm(&f, out ? TEXT_UNDO_OUT : TEXT_UNDO_IN, TEXT_UNDO_TOLD, &a, a.in_ms, was);
}

int form_undo_in(struct msg *m)
{
    return undo(m, false);
}

int form_undo_out(struct msg *m)
{
    return undo(m, true);
}
