// SPDX-License-Identifier: GPL-2.0-or-later
/* Troubles of the machinery, and the sign of life. See trouble.h. Called by desk_line, by the jobs
 * and by whoever reads the balance. What goes wrong is the storage. */
#include "gateway/desk/trouble.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"
#include "gateway/desk/vault.h"
#include "store/delivery.h"

#include <stdio.h>
#include <string.h>

#define KEY_OF_LINE "line "

/* The numbers of struct line_state are those of the line contract (gateway/line/line.h), which
 * this room does not know: enum line_sim and enum line_reg. NULL: nothing is wrong. */
static const char *wrong_with(const struct line_state *s)
{
    static const char *const sims[] = {NULL, NULL, "SIM hoi ma PIN", "SIM hoi ma PUK", "khong co SIM", "SIM hong"};
    static const char *const networks[] = {NULL,           NULL, NULL, "khong bat duoc song", "mang tu choi SIM",
                                           "khong co mang"};
    if (s->sim > 1 && s->sim < (int)ARRAY_LEN(sims)) /* first: without its PIN a line goes down */
        return sims[s->sim];
    if (strcmp(s->state, "up") != 0)
        return "modem khong tra loi";
    return s->registration > 2 && s->registration < (int)ARRAY_LEN(networks) ? networks[s->registration] : NULL;
}

/* A PIN or PUK: waiting mends nothing. */
static bool needs_a_hand(const struct line_state *s)
{
    return s->sim == 2 || s->sim == 3;
}

static const char *line_of(const char *what)
{
    return strncmp(what, KEY_OF_LINE, strlen(KEY_OF_LINE)) ? NULL : what + strlen(KEY_OF_LINE);
}

/* --- telling ------------------------------------------------------------------------------ */

/* By SMS only if something else than the thing itself can carry it: what waits for the dead modem
 * would arrive when all is well again. */
static bool can_text(const struct desk *d)
{
    return d->cfg->courier.spare.url[0] || d->cfg->n_lines > 1;
}

static int text_officers(struct desk *d, const char *words)
{
    char out[OUT_SIZE];
    int rc = text_say(d->cfg, TEXT_TROUBLE, out, sizeof(out), "name", d->cfg->service_name, "text", words, NULL);
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role == ROLE_DUTY || u->role == ROLE_CHIEF)
            rc = tell_user(d, u->id, PRIO_ALERT, 0, 0, out);
    }
    return rc;
}

static int mail_alarm(struct desk *d, const char *what, const char *words, int64_t since_ms, bool over)
{
    char subject[240], body[600], since[24], now[24];
    struct now t = service_now(&d->time);
    if (!d->cfg->courier.mail.alarms)
        return 0;
    clock_text(since_ms, t.wall_ms, since, sizeof(since));
    clock_text(t.wall_ms, t.wall_ms, now, sizeof(now));
    snprintf(subject, sizeof(subject), "[tinbao %s] %s", d->cfg->service_name, words);
    if (over)
        snprintf(body, sizeof(body), "%s.\nXay ra tu %s, nay (%s) da tro lai binh thuong.\n", words, since, now);
    else if (vault_trouble(what))
        snprintf(body, sizeof(body), "%s, tu %s.\nTin van duoc nhan va bao nhu thuong; xem 'tinbao status'.\n", words,
                 since);
    else
        snprintf(
            body, sizeof(body),
            "%s, tu %s.\nTin bao gui den co the chua nhan duoc, canh bao co the chua di.\nHay kiem tra may, modem, "
            "SIM; xem 'tinbao status'.\n",
            words, since);
    return mail_queue(d, subject, body, NULL);
}

static int tell(struct desk *d, const struct trouble *t)
{
    const char *line = line_of(t->what);
    log_err("TROUBLE %s: %s", t->what, t->text);
    int rc = event_line(d, line ? "line.down" : "trouble", line ? line : t->what, t->text);
    if (!rc)
        rc = mail_alarm(d, t->what, t->text, t->since_ms, false);
    if (!rc && vault_trouble(t->what)) /* the lines can carry it */
        rc = vault_tell(d, t->what, t->text);
    else if (!rc && can_text(d))
        rc = text_officers(d, t->text);
    return rc < 0 ? rc : trouble_told(d->db, t->what, service_now(&d->time).wall_ms);
}

static int tell_over(struct desk *d, const struct trouble *t)
{
    char words[200];
    const char *line = line_of(t->what);
    log_note("%s: mended (%s)", t->what, t->text);
    snprintf(words, sizeof(words), "Da het: %s", t->text);
    int rc = event_line(d, line ? "line.up" : "trouble.over", line ? line : t->what, words);
    return rc < 0 ? rc : mail_alarm(d, t->what, words, t->since_ms, true);
}

/* --- troubles ----------------------------------------------------------------------------- */

int trouble_over(struct desk *d, const char *what)
{
    struct trouble t;
    int rc = trouble_get(d->db, what, &t);
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    rc = trouble_end(d->db, what);
    if (!rc)
        rc = job_cancel(d->db, "trouble", what);
    return rc < 0 || !t.told_ms ? rc : tell_over(d, &t);
}

int trouble_raise(struct desk *d, const char *what, const char *text)
{
    struct trouble t = {.told_ms = 0};
    int rc = trouble_set(d->db, what, text, service_now(&d->time).wall_ms);
    if (!rc)
        rc = trouble_get(d->db, what, &t);
    return rc < 0 || t.told_ms ? rc : tell(d, &t);
}

int trouble_of_line(struct desk *d, const struct line_state *s)
{
    char what[48], text[160];
    struct trouble t;
    struct now now = service_now(&d->time);
    const char *why = wrong_with(s);
    snprintf(what, sizeof(what), KEY_OF_LINE "%s", s->line);
    if (!why)
        return trouble_over(d, what);
    snprintf(text, sizeof(text), "Duong SMS %s: %s", s->line, why);
    if (needs_a_hand(s))
        return trouble_raise(d, what, text);
    int rc = trouble_get(d->db, what, &t);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    bool is_new = rc == -ENOENT;
    rc = trouble_set(d->db, what, text, now.wall_ms);
    if (rc < 0 || !is_new)
        return rc;
    return job_set(d->db, "trouble", what, JOB_REL, now.rel_ms + d->cfg->courier.alarm_after_s * SECOND_MS);
}

int trouble_due(struct desk *d, const char *key)
{
    struct trouble t;
    int rc = trouble_get(d->db, key, &t);
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    return t.told_ms ? 0 : tell(d, &t);
}

/* --- the sign of life --------------------------------------------------------------------- */

static bool wants_alive(const struct desk *d)
{
    const struct courier_config *c = &d->cfg->courier;
    return c->alive_every_h > 0 && ((c->mail.url[0] && c->mail.alive) || event_wants(d, "service.alive"));
}

int alive_start(struct desk *d)
{
    if (!wants_alive(d))
        return job_cancel(d->db, "alive", "");
    return job_standing(d, "alive", "alive_rel", d->cfg->courier.alive_every_h * HOUR_MS);
}

int alive_due(struct desk *d, const char *key)
{
    (void)key;
    char subject[120];
    struct now now = service_now(&d->time);
    int rc = event_service(d, "service.alive");
    snprintf(subject, sizeof(subject), "[tinbao %s] van chay", d->cfg->service_name);
    if (!rc && d->cfg->courier.mail.alive)
        rc = mail_queue(d, subject, "Dich vu van chay. Neu thu nay khong den dung hen, hay kiem tra may.\n", NULL);
    if (!rc)
        rc = meta_set_i64(d->db, "alive_rel", now.rel_ms);
    return rc < 0 ? rc : alive_start(d);
}
