// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Incidents: opening one under a free code, and finding the one a message speaks of. Called
 * by the forms.
 */
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "parsers/code.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define DRAWS_MAX 200

static unsigned pool_size(int digits)
{
    unsigned n = 1;
    while (digits-- > 0)
        n *= 10;
    return n;
}

/* Under a tenth is free: then draw with one digit more. Asked only after a draw met a held
 * code, since counting costs more than drawing. */
static int running_out(struct desk *d, int digits, bool *out)
{
    int64_t held = 0;
    int rc = incident_codes_held(d->db, digits + 1, &held);
    *out = held * 10 > (int64_t)pool_size(digits) * 9;
    return rc;
}

static int draw(int digits, char *code, size_t size)
{
    unsigned r;
    if (getrandom(&r, sizeof(r), 0) != sizeof(r))
        return -EIO;
    return code_make(r % pool_size(digits), digits, code, size);
}

int incident_open(struct desk *d, struct incident *in, int64_t *id)
{
    int digits = d->cfg->code_digits;
    in->created_ms = clock_now_ms(d->clock);
    for (int i = 0; i < DRAWS_MAX; i++) {
        const char *given = trace_given(d->trace); /* journal: the code that people know already */
        int rc = given ? str_copy(in->code, sizeof(in->code), given) : draw(digits, in->code, sizeof(in->code));
        if (!rc)
            rc = incident_add(d->db, in, id);
        if (rc != -EEXIST) {
            in->id = *id;
            trace_drew(d->trace, in->code);
            return rc;
        }
        bool more = false;
        if (digits == d->cfg->code_digits && digits < 6) {
            rc = running_out(d, digits, &more);
            if (rc < 0)
                return rc;
        }
        digits += more;
    }
    log_err("no free incident code after %d draws: raise code_digits in the config", DRAWS_MAX);
    return -ENOSPC;
}

static int64_t user_of(const struct msg *m)
{
    return m->user ? m->user->id : 0;
}

struct find_report {
    int64_t user_id, party_id;
    bool found;
};

static int is_his_report(void *ctx, const struct report *r)
{
    struct find_report *f = ctx;
    f->found |= f->user_id ? r->user_id == f->user_id : f->party_id && r->party_id == f->party_id;
    return 0;
}

const char *meaning_slot(const struct meaning *m, const char *name)
{
    for (size_t i = 0; i < m->n_slots; i++)
        if (!strcmp(m->slots[i].name, name))
            return m->slots[i].value;
    return "";
}

bool incident_is_first_reporter(const struct msg *m, const struct incident *in)
{
    return m->user ? in->user_id == m->user->id : in->party_id && in->party_id == m->party_id;
}

bool incident_is_reporter(const struct msg *m, const struct incident *in)
{
    if (incident_is_first_reporter(m, in))
        return true;
    struct find_report f = {.user_id = user_of(m), .party_id = m->user ? 0 : m->party_id};
    report_each(m->d->db, in->id, is_his_report, &f);
    return f.found;
}

struct find_user {
    int64_t user_id;
    bool found;
};

static int is_it(void *ctx, int64_t user_id, int step, int64_t onscene_ms)
{
    (void)step, (void)onscene_ms;
    struct find_user *f = ctx;
    f->found |= f->user_id == user_id;
    return 0;
}

bool incident_concerns(struct desk *d, int64_t incident_id, int64_t user_id)
{
    struct find_user f = {.user_id = user_id};
    concern_each(d->db, incident_id, is_it, &f);
    return f.found;
}

bool incident_is_his(struct msg *m, const struct incident *in)
{
    if (incident_is_reporter(m, in))
        return true;
    if (!m->user)
        return false;
    if (in->restricted)
        return alert_named(m->d, in->kind, m->user) || in->acked_by == m->user->id;
    if (!strcmp(in->form, "tip") && user_in_team(m->user))
        return false; /* a tip is never the team's */
    return user_covers(m->user, in->place) || incident_concerns(m->d, in->id, m->user->id);
}

static const char *keyword_of(const struct msg *m)
{
    return m->m->def && m->m->def->n_keywords ? m->m->def->keywords[0] : m->m->form;
}

/* What was typed for the code, " 55934"; "" when there is none, or it may be a phone number. */
static void typed_digits(const char *body, char *out, size_t size)
{
    const char *p = strpbrk(body, "0123456789");
    size_t n = p ? strspn(p, "0123456789") : 0;
    snprintf(out, size, "%s%.*s", n && n < CODE_SIZE ? " " : "", n < CODE_SIZE ? (int)n : 0, p ? p : "");
}

static int tell_bad_code(struct msg *m)
{
    char out[OUT_SIZE], typed[CODE_SIZE + 2];
    typed_digits(m->body, typed, sizeof(typed));
    enum text_id id = strpbrk(m->body, "0123456789") ? TEXT_CODE_BAD : TEXT_CODE_MISSING;
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "keyword", keyword_of(m), "digits", typed, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int incident_of(struct msg *m, struct incident *out)
{
    m->disposition = "code_bad";
    if (m->m->ask == DOUBT_CODE || !m->m->code[0]) {
        /* a code that was there and wrong, or none at all: both are always answered */
        int rc = tell_bad_code(m);
        return rc < 0 ? rc : 1;
    }
    int rc = incident_by_code(m->d->db, m->m->code, out);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    /* what is not his does not exist for him, if it is restricted or a tip */
    bool hidden = rc == 0 && (out->restricted || !strcmp(out->form, "tip")) && !incident_is_his(m, out);
    if (rc == -ENOENT || hidden) {
        rc = reply_text(m, TEXT_CODE_UNKNOWN, "code", m->m->code);
        return rc < 0 ? rc : 1;
    }
    m->incident_id = out->id;
    if (!incident_is_his(m, out)) {
        m->disposition = "refused";
        rc = reply_text(m, TEXT_NOT_YOURS, "code", out->code);
        return rc < 0 ? rc : 1;
    }
    return 0;
}

bool text_withheld(const struct desk *d, const struct incident *in, const char *text)
{
    return in->restricted || vocab_restricted(d->vocab, text);
}

const char *incident_place_name(const struct desk *d, const struct incident *in)
{
    const struct place *p = in->place[0] ? config_place(d->cfg, in->place) : NULL;
    return p ? p->name : "chua ro noi";
}

int audit(struct desk *d, int64_t user_id, const char *action, int64_t incident_id, int64_t message_id,
          const char *detail)
{
    struct audit_row r = {
        .at_ms = clock_now_ms(d->clock),
        .user_id = user_id,
        .action = action,
        .incident_id = incident_id,
        .message_id = message_id,
        .detail = detail,
    };
    return audit_add(d->db, &r);
}
