// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registration: invites made at the console, DK that uses them, and DULIEU, which tells a
 * sender what is kept of him. Called by dispatch; desk_invite by serve and the roster command.
 *
 * An invite fixes name, role and places, counts once, and is six digits: so a number that
 * guesses is silenced for a day, and is then not let in by a right one either. A tip is
 * nowhere counted: its link to its sender is cut.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "store/invite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRONGS_MAX 5
#define WRONGS_WINDOW_MS DAY_MS
#define DAYS_MAX 90

/* As people read it in a text. */
static const char *role_words(enum role r)
{
    static const char *const words[ROLE_COUNT] = {
        [ROLE_MEMBER] = "to vien",           [ROLE_DEPUTY] = "to pho",     [ROLE_LEADER] = "to truong",
        [ROLE_VILLAGE_HEAD] = "truong thon", [ROLE_AREA_OFFICER] = "CSKV", [ROLE_DUTY] = "truc ban",
        [ROLE_CHIEF] = "truong CA",
    };
    return r < ROLE_COUNT && words[r] ? words[r] : "";
}

/* The names of a user's places, as many as fit. */
static void place_names(const struct config *c, const char *codes, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    if (!codes[0])
        sbuf_add(&b, "toan xa");
    while (*codes) {
        char code[PLACE_CODE_SIZE];
        size_t n = strcspn(codes, " ");
        if (n < sizeof(code)) {
            memcpy(code, codes, n);
            code[n] = '\0';
            const struct place *p = config_place(c, code);
            sbuf_addf(&b, "%s%s", b.len ? ", " : "", p ? p->name : code);
        }
        codes += n + strspn(codes + n, " ");
    }
}

/* --- the invite ------------------------------------------------------------------------ */

static int refuse(char *out, size_t size, const char *why)
{
    str_copy(out, size, why);
    return -EINVAL;
}

/* "6,7" or "-" into codes joined by a space. */
static int read_places(const struct config *c, const char *word, struct invite *in, char *out, size_t size)
{
    struct sbuf b = sbuf_on(in->places, sizeof(in->places));
    bool all = !strcmp(word, "-");
    if (all && in->role != ROLE_DUTY && in->role != ROLE_CHIEF)
        return refuse(out, size, "this role needs a place: a code of places.cfg");
    while (!all && *word) {
        char code[PLACE_CODE_SIZE] = "";
        size_t n = strcspn(word, ",");
        if (n < sizeof(code))
            memcpy(code, word, n);
        if (!config_place(c, code)) {
            snprintf(out, size, "no place has the code '%.*s': see places.cfg", (int)(n < 20 ? n : 20), word);
            return -EINVAL;
        }
        sbuf_addf(&b, "%s%s", b.len ? " " : "", code);
        word += n + (word[n] == ',');
    }
    return sbuf_done(&b) < 0 ? refuse(out, size, "too many places") : 0;
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 127)
            return true;
    return false;
}

/* "DAYS ROLE PLACES NAME". */
static int read_invite(struct desk *d, const char *what, struct invite *in, char *out, size_t size)
{
    char days[8], role[24], places[sizeof(in->places)];
    int at = 0;
    if (sscanf(what, "%7s %23s %255s %n", days, role, places, &at) != 3 || !at || !what[at])
        return refuse(out, size, "an invite needs days, a role, places and a name");
    long n = strtol(days, NULL, 10);
    if (n < 1 || n > DAYS_MAX)
        return refuse(out, size, "an invite holds for 1 to 90 days");
    in->expires_rel = desk_now(d).rel_ms + n * DAY_MS;
    in->role = role_from(role);
    if (in->role == ROLE_NONE)
        return refuse(out, size, "roles: member, deputy, leader, village_head, area_officer, duty, chief");
    /* the roster's rules: what begins so is run by a spreadsheet */
    if (has_control(what + at) || strchr("=+-@", what[at]) ||
        utf8_clean(what + at, strlen(what + at), in->name, sizeof(in->name)) < 0)
        return refuse(out, size, "a name has at most 95 octets, no line break, and begins with no = + - or @");
    return read_places(d->cfg, places, in, out, size);
}

int desk_invite(struct desk *d, const char *what, char *out, size_t size)
{
    struct invite in = {0};
    char code[INVITE_CODE_SIZE], detail[sizeof(in.places) + 32];
    int rc = read_invite(d, what, &in, out, size);
    const char *given = rc < 0 ? NULL : trace_given(d->trace); /* journal: the digits that he was told */
    if (!rc && given)
        rc = str_copy(code, sizeof(code), given);
    if (!rc)
        rc = given ? invite_put(d->db, &in, code) : invite_add(d->db, &in, code);
    if (rc < 0)
        return rc;
    trace_drew(d->trace, code);
    /* not the name: it goes with the invite when nobody comes */
    snprintf(detail, sizeof(detail), "%s %s", role_name(in.role), in.places);
    rc = audit(d, 0, "invite", 0, 0, detail);
    return rc < 0 ? rc : str_copy(out, size, code);
}

int register_daily(struct desk *d)
{
    int64_t now = desk_now(d).rel_ms;
    int rc = invite_forget(d->db, now, now - WRONGS_WINDOW_MS);
    return rc > 0 ? audit(d, 0, "invites_expired", 0, 0, "") : rc;
}

/* --- DK -------------------------------------------------------------------------------- */

/* The digits after DK, also in groups ("731 542"); "" when there is anything else. */
static void read_code(const struct msg *m, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    const char *pieces[] = {"", m->m->text};
    for (size_t i = 0; i < m->m->n_slots; i++)
        if (!strcmp(m->m->slots[i].name, "moi"))
            pieces[0] = m->m->slots[i].value;
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        for (const char *p = pieces[i]; *p; p++) {
            if (*p >= '0' && *p <= '9')
                sbuf_addc(&b, *p);
            else if (!strchr(" .-", *p))
                b.over = true;
        }
    }
    if (sbuf_done(&b) < 0)
        out[0] = '\0';
}

/* The purpose notice, or that he is known. */
static int tell_registered(struct msg *m, enum text_id id)
{
    char out[OUT_SIZE], places[200];
    place_names(m->d->cfg, m->user->places, places, sizeof(places));
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "name", m->user->name, "role", role_words(m->user->role),
                      "place", places, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

static int tell_duty(struct msg *m)
{
    char out[OUT_SIZE], places[200];
    place_names(m->d->cfg, m->user->places, places, sizeof(places));
    int rc = text_say(m->d->cfg, TEXT_REGISTER_TOLD, out, sizeof(out), "name", m->user->name, "role",
                      role_words(m->user->role), "place", places, NULL);
    return rc < 0 ? rc : alert_duty(m->d, PRIO_REPLY, 0, m->id, out);
}

/* DK of a user: ends his NGUNG, and leaves every invite as it is. */
static int register_again(struct msg *m)
{
    bool may;
    m->disposition = "register";
    if (!m->user->stopped) {
        int rc = complaint_allowed(m, &may);
        return rc < 0 || !may ? rc : tell_registered(m, TEXT_REGISTER_KNOWN);
    }
    int rc = user_set_stopped(m->d->db, m->user->id, false);
    if (!rc)
        rc = audit(m->d, m->user->id, "register_again", 0, m->id, "");
    if (rc < 0)
        return rc;
    people_set_stopped(&m->d->people, m->user->id, false);
    rc = tell_registered(m, TEXT_REGISTER_OK);
    return rc < 0 ? rc : tell_duty(m);
}

static int let_in(struct msg *m, const struct invite *in)
{
    int64_t id = 0;
    char detail[sizeof(in->places) + 32];
    int rc = invite_use(m->d->db, in->id);
    if (!rc)
        rc = user_register(m->d->db, in, m->number, m->now.wall_ms, &id);
    if (rc < 0)
        return rc;
    snprintf(detail, sizeof(detail), "%s %s", role_name(in->role), in->places);
    rc = audit(m->d, id, "register", 0, m->id, detail);
    if (!rc)
        rc = people_load(&m->d->people, m->d->db);
    if (rc < 0)
        return rc;
    m->user = people_by_id(&m->d->people, id); /* the reply is a user's: no stranger's limits */
    if (!m->user)
        return -EIO;
    m->disposition = "register";
    rc = tell_registered(m, TEXT_REGISTER_OK);
    return rc < 0 ? rc : tell_duty(m);
}

static int wrong_code(struct msg *m, int wrongs)
{
    int64_t now = m->now.rel_ms;
    int rc = invite_wrong(m->d->db, m->party_id, now, now - WRONGS_WINDOW_MS);
    if (!rc && wrongs + 1 >= WRONGS_MAX)
        rc = audit(m->d, 0, "register_silenced", 0, m->id, "");
    return rc < 0 ? rc : reply_text(m, TEXT_REGISTER_BAD, "", "");
}

int form_register(struct msg *m)
{
    char code[INVITE_CODE_SIZE];
    struct invite in;
    int wrongs = 0;
    if (m->user)
        return register_again(m);
    m->disposition = "invite_bad";
    if (m->kind != ADDRESS_NUMBER || m->number[0] != '+' || m->lost)
        return 0; /* no number that could be written to, or one that only the console gives back */
    int rc = invite_wrongs(m->d->db, m->party_id, m->now.rel_ms - WRONGS_WINDOW_MS, &wrongs);
    if (rc < 0 || wrongs >= WRONGS_MAX)
        return rc;
    read_code(m, code, sizeof(code));
    if (!code[0] && !m->m->n_slots && !m->m->text[0]) /* DK alone is a question, no guess */
        return reply_text(m, TEXT_REGISTER_BAD, "", "");
    rc = code[0] ? invite_find(m->d->db, code, m->now.rel_ms, &in) : -ENOENT;
    if (rc == -ENOENT)
        return wrong_code(m, wrongs);
    return rc < 0 ? rc : let_in(m, &in);
}

/* --- DULIEU ---------------------------------------------------------------------------- */

static int own_data(struct msg *m, const struct kept *k)
{
    char out[OUT_SIZE], places[200], messages[24], incidents[24], since[48];
    struct civil c = civil_from_ms(m->user->since_ms);
    place_names(m->d->cfg, m->user->places, places, sizeof(places));
    snprintf(messages, sizeof(messages), "%lld", (long long)k->messages);
    snprintf(incidents, sizeof(incidents), "%lld", (long long)k->incidents);
    snprintf(since, sizeof(since), "%d/%d/%d", c.day, c.month, c.year);
    int rc =
        text_say(m->d->cfg, TEXT_MY_DATA, out, sizeof(out), "name", m->user->name, "role", role_words(m->user->role),
                 "place", places, "count", messages, "incidents", incidents, "since", since, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int form_my_data(struct msg *m)
{
    struct kept k;
    bool may = true;
    m->disposition = "my_data";
    int rc = m->user ? 0 : complaint_allowed(m, &may); /* a stranger who gets no reply costs no count */
    if (rc < 0 || !may)
        return rc;
    rc = kept_of(m->d->db, m->user ? m->user->id : 0, m->user ? 0 : m->party_id, &k);
    if (rc < 0)
        return rc;
    if (m->user)
        return own_data(m, &k);
    char count[24];
    snprintf(count, sizeof(count), "%lld", (long long)k.messages);
    return reply_text(m, TEXT_MY_DATA_STRANGER, "count", count);
}
