// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who asks, and what of it he may see. Called by every provider of a code, so that the rights
 * stand in one place. Officers see their villages, the duty desk and the chief all of them; a
 * leader and a village head see their own, and of its incidents what the team was told or
 * reported itself. Restricted incidents are there only for the officers named for their kind.
 */
#include "gateway/desk/codes.h"

#include "parsers/fold.h"

#include <stdio.h>
#include <string.h>

#define PLACE_NAME_LETTERS 24

bool view_is_officer(const struct view *v)
{
    return !v->user || user_is_officer(v->user);
}

bool view_place(const struct view *v, const char *place)
{
    if (v->place[0] && strcmp(v->place, place) != 0)
        return false;
    if (!v->user || v->user->role == ROLE_CHIEF || v->user->role == ROLE_DUTY)
        return !v->user || user_covers(v->user, place);
    return place[0] && user_covers(v->user, place);
}

struct told {
    const struct view *v;
    const char *place;
};

static int is_of_team(void *ctx, int64_t user_id, int step, int64_t onscene_ms)
{
    const struct told *t = ctx;
    const struct user *u = people_by_id(&t->v->d->people, user_id);
    (void)step, (void)onscene_ms;
    return u && user_in_team(u) && user_covers(u, t->place);
}

/* Was anybody of the village's team alerted to it? */
static bool team_was_told(const struct view *v, const struct incident *in)
{
    struct told t = {.v = v, .place = in->place};
    return concern_each(v->d->db, in->id, is_of_team, &t) > 0;
}

bool view_incident(const struct view *v, const struct incident *in)
{
    if (in->restricted)
        return v->user && alert_named(v->d, in->kind, v->user) && (!v->place[0] || !strcmp(v->place, in->place));
    if (!view_place(v, in->place))
        return false;
    if (view_is_officer(v))
        return true;
    if (!strcmp(in->form, "tip"))
        return false;
    return in->user_id == v->user->id || team_was_told(v, in);
}

void view_place_name(const struct view *v, const char *place, char *out, size_t size)
{
    char name[128];
    const struct place *p = config_place(v->d->cfg, place);
    if (!p || fold_unaccent(p->name, strlen(p->name), name, sizeof(name)) < 0)
        name[0] = '\0';
    snprintf(out, size, "%.*s", PLACE_NAME_LETTERS, name);
}

int view_each_place(const struct view *v, int (*fn)(void *ctx, const struct place *p), void *ctx)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < v->d->cfg->n_places; i++)
        if (view_place(v, v->d->cfg->places[i].code))
            rc = fn(ctx, &v->d->cfg->places[i]);
    return rc;
}
