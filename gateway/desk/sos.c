// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SOS and ANTOAN. Somebody who texts SOS does not say where he is: the village is the one he is on patrol
 * in, his own, or the last one that is known of him, and then the alert says so. A village named in his
 * words stays in them: whoever is sent there must not be sent elsewhere by a slip. Called by dispatch.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/alert.h"
#include "store/duty.h"
#include "store/sos.h"

#include <string.h>

#define DATED_SIZE (SMS_TEXT_MAX + 40)
#define LAST_PLACE_MS DAY_MS /* what was known of him longer ago says nothing */
#define CALLS_MAX 5
#define CALLS_MS (10 * MINUTE_MS)

struct own_sos {
    int64_t user_id, party_id;
    int64_t since_ms; /* one that was taken before is another */
    struct incident found;
};

static int own_open_sos(void *ctx, const struct incident *i)
{
    struct own_sos *o = ctx;
    if (!strcmp(i->state, "acked") && i->created_ms < o->since_ms)
        return 0;
    if (!strcmp(i->form, "sos") && i->user_id == o->user_id && i->party_id == o->party_id)
        o->found = *i;
    return 0;
}

/* The sender's SOS that is still open or taken: 0 or -ENOENT. */
static int find_own_sos(struct msg *m, int64_t since_ms, struct incident *out)
{
    if (!m->user && !m->party_id)
        return -ENOENT; /* a withheld number is nobody's */
    struct own_sos o = {
        .user_id = m->user ? m->user->id : 0, .party_id = m->user ? 0 : m->party_id, .since_ms = since_ms};
    int rc = incident_each_live(m->d->db, own_open_sos, &o);
    if (rc < 0)
        return rc;
    *out = o.found;
    return o.found.id ? 0 : -ENOENT;
}

/* Where he is, as far as one can know; *last when it is only where he was last. "" = not known. */
static int place_of(struct msg *m, char *out, size_t size, bool *last)
{
    struct attendance a;
    int rc;
    *last = false;
    out[0] = '\0';
    rc = m->user ? attendance_open(m->d->db, m->user->id, &a) : -ENOENT;
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (!rc && m->now.wall_ms - a.in_ms < SHIFT_MAX_MS)
        return str_copy(out, size, a.place);
    if (m->user && user_home(m->user, out, size))
        return 0;
    rc = sos_last_place(m->d->db, m->user ? m->user->id : 0, m->party_id, m->now.wall_ms - LAST_PLACE_MS, out, size);
    *last = !rc;
    return rc == -ENOENT ? 0 : rc;
}

static int new_sos(struct msg *m, struct incident *in, char *dated)
{
    bool last;
    *in = (struct incident){.severity = 5, .kind = "KHAC", .form = "sos", .state = "open"};
    int rc = place_of(m, in->place, sizeof(in->place), &last);
    if (rc < 0)
        return rc;
    in->text_in = late_text(m, m->m->text, dated, DATED_SIZE);
    rc = report_open(m, in);
    return rc < 0 || !last ? rc : sos_set_place_last(m->d->db, in->id);
}

/* What somebody took already is to be taken again, or its alert would not repeat; and from where he is now. */
static int open_again(struct msg *m, struct incident *in)
{
    char place[PLACE_CODE_SIZE];
    bool last;
    int rc = place_of(m, place, sizeof(place), &last);
    if (!rc && *place && !last && strcmp(place, in->place) != 0)
        rc = incident_set_place(m->d->db, in->id, place);
    if (!rc)
        rc = incident_reopen(m->d->db, in->id);
    if (!rc)
        rc = alert_forget_reach(m->d->db, in->id);
    return rc < 0 ? rc : incident_by_id(m->d->db, in->id, in);
}

static int again(struct msg *m, struct incident *in, char *dated)
{
    m->incident_id = in->id;
    int rc = audit(m->d, in->user_id, "sos_again", in->id, m->id, m->m->text);
    if (!rc && !strcmp(in->state, "acked"))
        rc = open_again(m, in);
    in->text_in = late_text(m, m->m->text, dated, DATED_SIZE);
    return rc;
}

/* A sender's number is a claim: who texts SOS again and again in another's name must not fill the modem for all
 * others. In memory only: a restart costs a few texts. */
static bool may_call(struct msg *m)
{
    if (!m->user)
        return true; /* strangers.c counts */
    struct sos_calls *c = &m->d->sos_calls[(uint64_t)m->user->id % SOS_SLOTS];
    if (c->user_id != m->user->id || m->now.rel_ms - c->since_rel >= CALLS_MS)
        *c = (struct sos_calls){.user_id = m->user->id, .since_rel = m->now.rel_ms};
    return c->n++ < CALLS_MAX;
}

/* A second SOS is never a resend: it keeps its code and everybody is called again. The sixth within ten minutes
 * is kept and answered too, and leaves the calling to the repeats; but what an officer had taken in between always
 * calls. */
int form_sos(struct msg *m)
{
    struct incident in;
    char dated[DATED_SIZE]; /* its words, which `in` points to */
    m->disposition = "sos";
    int rc = find_own_sos(m, m->now.wall_ms - LAST_PLACE_MS, &in);
    bool fresh = rc == -ENOENT, taken = !rc && !strcmp(in.state, "acked");
    if (fresh)
        rc = new_sos(m, &in, dated);
    else if (!rc)
        rc = again(m, &in, dated);
    bool call = may_call(m) || taken;
    char out[OUT_SIZE];
    if (!rc)
        rc = text_say(m->d->cfg, m->user ? TEXT_SOS_OK : TEXT_SOS_UNVERIFIED, out, sizeof(out), "code", in.code, NULL);
    if (!rc && (call || fresh))
        rc = call ? alert_first(m, &in, true) : alert_wait(m->d, &in);
    return rc < 0 ? rc : reply(m, out, true);
}

int form_safe(struct msg *m)
{
    struct incident in;
    m->disposition = "safe";
    int rc = find_own_sos(m, 0, &in);
    if (rc == -ENOENT)
        return reply_text(m, TEXT_SAFE_NONE, "", "");
    if (rc < 0)
        return rc;
    m->incident_id = in.id;
    int64_t who = m->user ? m->user->id : 0;
    rc = incident_close(m->d->db, in.id, who, m->now.wall_ms, "ANTOAN");
    if (!rc)
        rc = audit(m->d, who, "safe", in.id, m->id, "");
    if (!rc)
        rc = event_incident_id(m->d, "safe", in.id, who);
    if (!rc)
        rc = alert_stop(m->d, in.id);
    char out[OUT_SIZE];
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_SAFE_TOLD, out, sizeof(out), "code", in.code, "name",
                      m->user ? m->user->name : "Nguoi dan", NULL);
    if (!rc)
        rc = alert_concerned(m->d, &in, who, PRIO_ALERT, out);
    return rc < 0 ? rc : reply_text(m, TEXT_SAFE_OK, "code", in.code);
}

int sos_place_text(struct desk *d, const struct incident *in, char *out, size_t size)
{
    bool last;
    int rc = sos_place_is_last(d->db, in->id, &last);
    struct sbuf b = sbuf_on(out, size);
    sbuf_add(&b, last && !rc ? "lan cuoi o " : "");
    sbuf_add(&b, *in->place ? incident_place_name(d, in) : "chua ro o dau");
    return rc;
}
