// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking back. A report is saved and confirmed first; then one question is open for its
 * number, answered by a digit, by the name, or by the text sent again, and handed to the duty
 * desk when it runs out. Called by the forms and by the "question" job. A restricted kind is
 * never asked about: whoever does the harm may hold the phone.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/menu.h"
#include "parsers/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUESTION_TTL_MS (30 * MINUTE_MS)
#define CHOICES_SEPTETS 48
#define CHOICES_MAX 4

static void job_key(int64_t id, char *out, size_t size)
{
    snprintf(out, size, "%lld", (long long)id);
}

/* "1 TDP 1, 2 TDP 1 Tan Phuc Thanh": each name gets its share of the room. */
static void choices_text(const struct desk *d, const struct question *q, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    char codes[sizeof(q->choices)], name[96], *save = NULL;
    int n = 1, i = 0;
    str_copy(codes, sizeof(codes), q->choices);
    for (const char *p = codes; *p; p++)
        n += *p == ' ';
    for (const char *c = strtok_r(codes, " ", &save); c; c = strtok_r(NULL, " ", &save)) {
        const struct place *p = strcmp(q->field, "place") ? NULL : config_place(d->cfg, c);
        if (!p || fold_unaccent(p->name, strlen(p->name), name, sizeof(name)) < 0)
            str_copy(name, sizeof(name), c);
        sbuf_addf(&b, "%s%d %.*s", i ? ", " : "", i + 1, CHOICES_SEPTETS / n - 4, name);
        i++;
    }
}

static void set_choices(const struct config *cfg, struct question *q, const struct meaning *mm)
{
    struct sbuf b = sbuf_on(q->choices, sizeof(q->choices));
    for (size_t i = 0, n = 0; i < mm->n_choices && n < CHOICES_MAX; i++) {
        const struct kind *k = mm->ask == DOUBT_KIND ? config_kind(cfg, mm->choices[i]) : NULL;
        if (k && k->restricted)
            continue; /* whoever does the harm may read the question */
        sbuf_addf(&b, "%s%s", n ? " " : "", mm->choices[i]);
        n++;
    }
    if (b.over)
        q->choices[0] = '\0'; /* then by name */
}

/* A question about what a report lacks; the others only ask which, or whether. */
static bool about_report(const struct question *q)
{
    return !strcmp(q->field, "place") || !strcmp(q->field, "kind");
}

/* "cancel", "ack": the choices are codes. */
static bool asks_code(const struct question *q)
{
    return !strcmp(q->field, "cancel") || !strcmp(q->field, "ack");
}

/* Runs out: the duty desk gets it as it is, unless somebody was told already. */
static int hand_over(struct desk *d, const struct question *q)
{
    struct incident in;
    if (!about_report(q))
        return 0;
    int rc = incident_by_id(d->db, q->incident_id, &in);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    rc = audit(d, 0, "question_expired", in.id, 0, q->field);
    return rc < 0 ? rc : alert_unanswered(d, &in);
}

int dialogue_expired(struct desk *d, const char *key)
{
    struct question q;
    int rc = question_get(d->db, strtoll(key, NULL, 10), &q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    rc = question_end(d->db, q.id, "expired");
    return rc < 0 ? rc : hand_over(d, &q);
}

int dialogue_put(struct desk *d, struct question *q)
{
    char key[24];
    int64_t id = 0, replaced = 0;
    struct question old;
    struct now now = service_now(&d->time);
    q->asked_ms = now.wall_ms;
    int had = question_of(d->db, q->user_id, q->party_id, &old);
    int rc = menu_close(d, q->user_id);
    if (!rc)
        rc = question_ask(d->db, q, &id, &replaced);
    if (!rc && had == 0 && replaced) {
        job_key(replaced, key, sizeof(key));
        rc = job_cancel(d->db, "question", key);
        if (!rc)
            rc = hand_over(d, &old);
    }
    if (rc < 0)
        return rc;
    job_key(id, key, sizeof(key));
    return job_set(d->db, "question", key, JOB_REL, now.rel_ms + QUESTION_TTL_MS);
}

int dialogue_end(struct desk *d, const struct question *q, const char *state)
{
    char key[24];
    job_key(q->id, key, sizeof(key));
    int rc = question_end(d->db, q->id, state);
    return rc < 0 ? rc : job_cancel(d->db, "question", key);
}

static int ask(struct msg *m, struct question *q)
{
    q->user_id = m->user ? m->user->id : 0;
    q->party_id = m->user ? 0 : m->party_id;
    return q->user_id || q->party_id ? dialogue_put(m->d, q) : 0;
}

int dialogue_about(struct msg *m, const struct incident *in)
{
    bool place = m->m->ask == DOUBT_PLACE;
    const char *advice = in->severity >= 5 ? text_advice(m->d->cfg, in->kind) : "";
    struct question q = {.incident_id = in->id};
    char choices[120], out[OUT_SIZE];
    str_copy(q.field, sizeof(q.field), place ? "place" : "kind");
    set_choices(m->d->cfg, &q, m->m);
    choices_text(m->d, &q, choices, sizeof(choices));
    enum text_id id = place ? (q.choices[0] ? TEXT_ASK_PLACE : TEXT_REPORT_NOPLACE)
                            : (q.choices[0] ? TEXT_ASK_KIND : TEXT_REPORT_NOKIND);
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(m->d, in), "choices", choices, "advice", advice, NULL);
    if (!rc)
        rc = ask(m, &q);
    return rc < 0 ? rc : reply(m, out, true);
}

int dialogue_which(struct msg *m, const char *field, enum text_id id, const char *codes, const char *text)
{
    struct question q = {0};
    char out[OUT_SIZE];
    int rc = str_copy(q.field, sizeof(q.field), field);
    if (!rc)
        rc = str_copy(q.choices, sizeof(q.choices), codes);
    if (!rc)
        rc = text_say(m->d->cfg, id, out, sizeof(out), "which", text, NULL);
    if (!rc)
        rc = ask(m, &q);
    return rc < 0 ? rc : reply(m, out, false);
}

/* The open question of the sender: 0 or -ENOENT. */
static int own_question(struct msg *m, struct question *q)
{
    if (!m->user && !m->party_id)
        return -ENOENT;
    return question_of(m->d->db, m->user ? m->user->id : 0, m->user ? 0 : m->party_id, q);
}

static int answered(struct msg *m, const struct question *q)
{
    m->disposition = "answer";
    m->incident_id = q->incident_id;
    return dialogue_end(m->d, q, "answered");
}

static int apply(struct msg *m, const struct question *q, const char *choice)
{
    struct incident in;
    int rc = answered(m, q);
    if (!rc && !strcmp(q->field, "handover"))
        return handover_answer(m, q->incident_id, !strcmp(choice, "co"));
    if (!rc && asks_code(q))
        rc = incident_by_code(m->d->db, choice, &in);
    else if (!rc)
        rc = incident_by_id(m->d->db, q->incident_id, &in);
    if (rc < 0)
        return rc;
    if (!strcmp(q->field, "cancel"))
        return edit_cancel(m, &in, "");
    if (!strcmp(q->field, "ack"))
        return ack_take(m, &in);
    rc = !strcmp(q->field, "place") ? edit_place(m, &in, choice) : edit_kind(m, &in, choice);
    return rc < 0 ? rc : edit_confirm(m, &in, TEXT_REPORT_OK);
}

/* The n-th choice (from 1) into out; without choices a place's own code will do. */
static bool nth_choice(const struct desk *d, const struct question *q, long n, char *out, size_t size)
{
    char codes[sizeof(q->choices)], *save = NULL;
    str_copy(codes, sizeof(codes), q->choices);
    long i = 1;
    for (const char *c = strtok_r(codes, " ", &save); c; c = strtok_r(NULL, " ", &save), i++)
        if (i == n)
            return str_copy(out, size, c) == 0;
    snprintf(out, size, "%ld", n);
    return !q->choices[0] && !strcmp(q->field, "place") && config_place(d->cfg, out);
}

static int ask_again(struct msg *m, const struct question *q)
{
    char choices[120];
    bool may;
    m->disposition = "answer_none";
    int rc = complaint_allowed(m, &may);
    if (rc < 0 || !may)
        return rc;
    choices_text(m->d, q, choices, sizeof(choices));
    return reply_text(m, TEXT_ASK_AGAIN, "choices", choices[0] ? choices : "ten thon hoac loai viec");
}

int form_answer(struct msg *m)
{
    struct question q;
    char choice[CODE_SIZE + KIND_CODE_SIZE];
    bool may;
    int rc = own_question(m, &q);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (!rc && nth_choice(m->d, &q, m->m->number, choice, sizeof(choice)))
        return apply(m, &q, choice);
    if (!rc)
        return ask_again(m, &q);
    rc = menu_digits(m);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "answer_none";
    rc = complaint_allowed(m, &may);
    return rc < 0 || !may ? rc : reply_text(m, TEXT_ANSWER_NONE, "", "");
}

/* "dong y", "khong": 1 done, 0 other words. */
static int handover_word(struct msg *m, const struct question *q)
{
    static const char *const yes[] = {"co", "dong y", "ok", "duoc"}, *const no[] = {"khong", "ko", "khong dong y"};
    char word[40];
    const char *choice = NULL;
    if (fold_unaccent(m->body, strlen(m->body), word, sizeof(word)) < 0)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(yes); i++)
        if (!strcasecmp(word, yes[i]))
            choice = "co";
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        if (!strcasecmp(word, no[i]))
            choice = "khong";
    int rc = choice ? apply(m, q, choice) : 0;
    return rc < 0 ? rc : choice != NULL;
}

int dialogue_named(struct msg *m)
{
    struct question q;
    int rc = own_question(m, &q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    if (!strcmp(q.field, "handover"))
        return handover_word(m, &q);
    const struct place *p = !strcmp(q.field, "place") ? vocab_place(m->d->vocab, m->body) : NULL;
    const struct kind *k = !strcmp(q.field, "kind") ? vocab_kind(m->d->vocab, m->body) : NULL;
    if (!p && !k)
        return 0;
    rc = apply(m, &q, p ? p->code : k->code);
    return rc < 0 ? rc : 1;
}

/* Does every word of `more` stand in `said`? */
static bool nothing_new(const char *said, const char *more)
{
    char old[SMS_TEXT_MAX], add[SMS_TEXT_MAX], *save = NULL;
    if (fold_text(said, strlen(said), old, sizeof(old), NULL) < 0 ||
        fold_text(more, strlen(more), add, sizeof(add), NULL) < 0)
        return false;
    for (const char *w = strtok_r(add, " ,.;:!?", &save); w; w = strtok_r(NULL, " ,.;:!?", &save)) {
        const size_t n = strlen(w);
        const char *at = old;
        while ((at = strstr(at, w)) && ((at > old && !strchr(" ,.;:!?", at[-1])) || !strchr(" ,.;:!?", at[n])))
            at++; /* strchr() finds the end too */
        if (!at)
            return false;
    }
    return true;
}

int dialogue_again(struct msg *m)
{
    struct question q;
    struct incident in;
    const struct meaning *mm = m->m;
    if (mm->ask != DOUBT_NONE || !mm->place || !mm->kind)
        return 0;
    int rc = own_question(m, &q);
    if (!rc && !about_report(&q))
        return 0;
    if (!rc)
        rc = incident_by_id(m->d->db, q.incident_id, &in);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    bool place = !strcmp(q.field, "place");
    if (place ? strcmp(in.kind, mm->kind) != 0 : strcmp(in.place, mm->place) != 0)
        return 0;                        /* another report */
    if (!nothing_new(in.text, mm->text)) /* also of the same kind: what it tells must not be lost in an answer */
        return 0;
    rc = apply(m, &q, place ? mm->place : mm->kind);
    return rc < 0 ? rc : 1;
}
