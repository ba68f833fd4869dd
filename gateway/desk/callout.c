// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DIEU calls the whole team out to an incident and counts who comes: the caller hears of each COMAT
 * with the count, and after some minutes how many came. Events are counted, nobody is named for
 * not coming. Called by dispatch, by COMAT and by the job.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/callout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everybody of the team who is not there yet hears of it; *told counts. */
static int call_team(struct msg *m, const struct incident *in, int *told)
{
    char out[OUT_SIZE];
    int rc = text_say(m->d->cfg, TEXT_CALL_OUT, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(m->d, in), "text", in->text, NULL);
    *told = 0;
    for (size_t i = 0; !rc && i < m->d->people.n; i++) {
        const struct user *u = &m->d->people.users[i];
        if (!user_in_team(u) || u->role == ROLE_VILLAGE_HEAD || u->stopped || !user_covers(u, in->place))
            continue;
        rc = concern_on_scene(m->d->db, in->id, u->id);
        if (rc > 0) { /* there already: no need to call, but he counts */
            rc = callout_add(m->d->db, in->id, u->id, m->user->id, m->now.wall_ms);
            continue;
        }
        if (!rc)
            rc = concern_add(m->d->db, in->id, u->id, in->alert_step);
        if (!rc)
            rc = callout_add(m->d->db, in->id, u->id, m->user->id, m->now.wall_ms);
        if (!rc)
            rc = tell_user(m->d, u->id, PRIO_ALERT, in->id, m->id, out);
        ++*told;
    }
    return rc;
}

static void job_key(const struct incident *in, char key[24])
{
    snprintf(key, 24, "%lld", (long long)in->id);
}

int form_call_out(struct msg *m)
{
    struct incident in;
    char out[OUT_SIZE], count[12], key[24];
    int told, rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "call_out";
    /* what few may know, and a tip, never goes to the team; nor does what is over */
    bool over = strcmp(in.state, "open") != 0 && strcmp(in.state, "acked") != 0;
    if (in.restricted || over || !strcmp(in.form, "tip") || !in.place[0])
        return reply_text(m, TEXT_CALL_OUT_NO, "code", in.code);
    rc = call_team(m, &in, &told);
    if (!rc)
        rc = audit(m->d, m->user->id, "call_out", in.id, m->id, "");
    if (!rc)
        rc = still_moved(m->d, &in);
    job_key(&in, key);
    if (!rc && told)
        rc = job_set(m->d->db, "callout", key, JOB_REL, m->now.rel_ms + m->d->cfg->call_out_count_s * SECOND_MS);
    snprintf(count, sizeof(count), "%d", told);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_CALL_OUT_OK, out, sizeof(out), "code", in.code, "count", count, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

void callout_text(const struct callout *c, char *out, size_t size)
{
    snprintf(out, size, "%d/%d", c->came % 1000, c->called % 1000);
}

/* A called member came: the caller hears the count. 1 when told so, 0 when there is nothing to tell. */
int callout_came(struct msg *m, const struct incident *in, const char *time)
{
    struct callout c = {0};
    char out[OUT_SIZE], count[12], key[24];
    int rc = callout_find(m->d->db, in->id, m->user->id);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    rc = callout_count(m->d->db, in->id, &c);
    if (rc < 0)
        return rc;
    callout_text(&c, count, sizeof(count));
    rc = text_say(m->d->cfg, TEXT_CALL_OUT_CAME, out, sizeof(out), "code", in->code, "name", m->user->name, "time",
                  time, "count", count, NULL);
    if (!rc && c.by_id != m->user->id)
        rc = tell_user(m->d, c.by_id, PRIO_REPLY, in->id, m->id, out);
    job_key(in, key);
    if (!rc && c.came == c.called) /* all are there: nothing is left to count */
        rc = job_cancel(m->d->db, "callout", key);
    return rc < 0 ? rc : c.by_id == in->acked_by;
}

int callout_due(struct desk *d, const char *key)
{
    struct incident in;
    struct callout c = {0};
    char out[OUT_SIZE], count[12], minutes[12];
    int rc = incident_by_id(d->db, strtoll(key, NULL, 10), &in);
    if (rc == -ENOENT || (!rc && strcmp(in.state, "open") != 0 && strcmp(in.state, "acked") != 0))
        return 0;
    if (!rc)
        rc = callout_count(d->db, in.id, &c);
    if (rc < 0)
        return rc;
    callout_text(&c, count, sizeof(count));
    snprintf(minutes, sizeof(minutes), "%d", (d->cfg->call_out_count_s + 59) / 60);
    rc = text_say(d->cfg, TEXT_CALL_OUT_COUNT, out, sizeof(out), "code", in.code, "count", count, "minutes", minutes,
                  NULL);
    return rc < 0 ? rc : tell_user(d, c.by_id, PRIO_REPLY, in.id, 0, out);
}
