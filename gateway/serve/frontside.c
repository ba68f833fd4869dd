// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The front as the core sees it. Called by core.c and the loop. Every packet is checked; a front
 * that says what it may not is killed and started again by child.c, its clients see a closed
 * connection. What can go wrong in answering: the database can not be read; then it says so (busy), and
 * nobody waits. A session's text may hold a PIN: it is never logged.
 */
#include "gateway/serve/frontside.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/texts.h"
#include "gateway/front/front.h"
#include "gateway/serve/child.h"
#include "gateway/serve/health.h"
#include "gateway/serve/metrics.h"

#include <stdlib.h>
#include <string.h>

#define RESTART_CAP_MS 60000
#define SCREEN_SIZE 800 /* of a session: 178 characters, whatever they are */

struct frontside {
    struct works *w;
    struct lines *lines;
    struct frontside_events ev;
    struct child *child;
    struct metrics *metrics;
    bool wanted, quitting;
    uint32_t port;
    char why[120];
    struct front_msg in, out;
};

/* --- to the front ---------------------------------------------------------------------- */

static void text_into(const struct config *cfg, enum text_id id, char *out, size_t size)
{
    char text[400];
    if (text_say(cfg, id, text, sizeof(text), NULL) || str_copy(out, size, text))
        str_copy(out, size, "..."); /* texts are checked at start: not reached */
}

static void send_setup(struct frontside *f)
{
    const struct http_config *h = &f->w->cfg->http;
    struct front_setup *s = &f->out.u.setup;
    front_msg_init(&f->out, FRONT_SETUP);
    str_copy(s->listen, sizeof(s->listen), h->listen);
    s->port = (uint16_t)h->port;
    s->ussd = h->ussd;
    s->metrics = h->metrics;
    s->beyond = h->beyond_loopback;
    str_copy(s->secret, sizeof(s->secret), h->secret);
    for (size_t i = 0; i < h->n_allow && i < FRONT_ALLOW_MAX; i++)
        str_copy(s->allow[i], sizeof(s->allow[i]), h->allow[i]);
    if (!h->n_allow) {
        str_copy(s->allow[0], sizeof(s->allow[0]), "127.0.0.0/8");
        str_copy(s->allow[1], sizeof(s->allow[1]), "::1");
    }
    text_into(f->w->cfg, TEXT_FRONT_BUSY, s->busy, sizeof(s->busy));
    text_into(f->w->cfg, TEXT_FRONT_TOO_LONG, s->too_long, sizeof(s->too_long));
    child_send(f->child, &f->out, front_size(&f->out));
    explicit_bzero(s->secret, sizeof(s->secret));
}

/* --- answers --------------------------------------------------------------------------- */

static void answer_session(struct frontside *f, const struct front_ask *ask, struct front_answer *a)
{
    char screen[SCREEN_SIZE];
    bool end = true;
    int rc = desk_session(f->w->desk, ask->phone, ask->text, FRONT_SESSION_MAX, screen, sizeof(screen), &end);
    if (rc < 0) {
        log_warn("a session can not be answered: %s", works_why(rc));
        return;
    }
    a->result = end ? FRONT_END : FRONT_OK;
    a->len = (uint32_t)strlen(screen);
    memcpy(a->text, screen, a->len + 1);
    if (rc == 1)
        f->ev.wrote(f->ev.ctx);
}

static void answer_metrics(struct frontside *f, struct front_answer *a)
{
    struct report_about about = f->ev.about(f->ev.ctx);
    int rc = metrics_text(f->metrics, &about, a->text, sizeof(a->text));
    if (rc) {
        log_warn("metrics can not be said: %s", works_why(rc));
        a->text[0] = '\0';
        return;
    }
    a->result = FRONT_OK;
    a->len = (uint32_t)strlen(a->text);
}

static void answer_health(struct frontside *f, struct front_answer *a)
{
    struct report_about about = f->ev.about(f->ev.ctx);
    struct health h;
    health_of(f->w, f->lines, &about, &h);
    if (health_json(&h, a->text, sizeof(a->text))) {
        a->text[0] = '\0';
        return;
    }
    a->result = h.status == HEALTH_FAIL ? FRONT_FAIL : FRONT_OK;
    a->len = (uint32_t)strlen(a->text);
}

static void answer(struct frontside *f, const struct front_ask *ask)
{
    struct front_answer *a = &f->out.u.answer;
    front_msg_init(&f->out, FRONT_ANSWER);
    a->id = ask->id;
    a->result = FRONT_BUSY;
    switch ((enum front_kind)ask->kind) {
    case FRONT_SESSION:
        if (f->w->cfg->http.ussd)
            answer_session(f, ask, a);
        break;
    case FRONT_METRICS:
        answer_metrics(f, a);
        break;
    case FRONT_HEALTH:
        answer_health(f, a);
        break;
    }
    child_send(f->child, &f->out, front_size(&f->out));
    child_worked(f->child);
}

/* --- from the front -------------------------------------------------------------------- */

static void on_packet(void *ctx, const void *p, size_t n)
{
    struct frontside *f = ctx;
    int rc = n <= sizeof(f->in) ? 0 : -EPROTO;
    if (!rc) {
        memcpy(&f->in, p, n);
        rc = front_check(&f->in, n);
    }
    if (rc || f->in.type >= FRONT_SETUP) {
        child_distrust(f->child, "it sent what no front may send");
    } else if (f->in.type == FRONT_ASK) {
        answer(f, &f->in.u.ask);
    } else if (f->in.type == FRONT_READY) {
        f->port = f->in.u.ready.port;
        str_copy(f->why, sizeof(f->why), f->in.u.ready.why);
    }
}

static void on_up(void *ctx)
{
    send_setup(ctx);
}

static void on_lost(void *ctx)
{
    struct frontside *f = ctx;
    f->port = 0;
    str_copy(f->why, sizeof(f->why), f->wanted ? "its process does not run" : "");
}

static void on_gone(void *ctx)
{
    struct frontside *f = ctx;
    if (f->quitting)
        f->ev.gone(f->ev.ctx);
}

/* --- supervision ----------------------------------------------------------------------- */

void frontside_follow(struct frontside *f)
{
    bool was = f->wanted;
    f->wanted = f->w->cfg->http.port != 0 && !f->w->manual;
    if (f->quitting)
        return;
    if (was && !f->wanted) {
        child_quit(f->child);
    } else if (f->wanted && child_up(f->child)) {
        send_setup(f);
    } else if (f->wanted && !was) {
        str_copy(f->why, sizeof(f->why), "it starts");
        child_start(f->child);
    }
}

void frontside_reap(struct frontside *f)
{
    child_reap(f->child);
}

void frontside_quit(struct frontside *f)
{
    f->quitting = true;
    child_quit(f->child);
}

bool frontside_gone(const struct frontside *f)
{
    return child_gone(f->child);
}

int frontside_port(const struct frontside *f, const char **why)
{
    *why = f->why;
    return (int)f->port;
}

struct frontside *frontside_new(struct works *w, struct lines *lines, const char *exe,
                                const struct frontside_events *ev)
{
    struct frontside *f = calloc(1, sizeof(*f));
    if (!f)
        return NULL;
    struct child_setup s = {.base = w->base,
                            .exe = exe,
                            .name = "front",
                            .origin = w->origin,
                            .kind = KNOCK_FRONT,
                            .packet_max = sizeof(struct front_msg),
                            .silent_s = FRONT_SILENT_S,
                            .restart_cap_ms = RESTART_CAP_MS,
                            .events = {.ctx = f, .up = on_up, .packet = on_packet, .lost = on_lost, .gone = on_gone}};
    f->w = w;
    f->lines = lines;
    f->ev = *ev;
    f->metrics = metrics_new(w, lines);
    f->child = child_new(&s);
    if (!f->metrics || !f->child) {
        frontside_free(f);
        return NULL;
    }
    return f;
}

void frontside_free(struct frontside *f)
{
    if (!f)
        return;
    child_free(f->child);
    metrics_free(f->metrics);
    free(f);
}
