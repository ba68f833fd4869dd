// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What fits no form. A member's text that names a place and a kind is a report without its keyword; one
 * with a part of it is answered by what was understood, what was not, and a right example, and the duty
 * desk reads it; chatter waits for the daily list in silence. Called by dispatch. What can go wrong is
 * saying too much: words of a restricted kind make it a report for those named, and are not repeated.
 */
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/menu.h"
#include "parsers/fold.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PLACE_CHARS 24 /* of a name that stands inside "Da hieu: ..." */

/* "thon Man De", "TDP 1": the type only where the name does not say it. */
static void place_words(const struct place *p, char *out, size_t size)
{
    char name[96], type[32] = "";
    if (fold_unaccent(p->name, strlen(p->name), name, sizeof(name)) < 0)
        str_copy(name, sizeof(name), p->code);
    if (p->type)
        fold_unaccent(p->type, strlen(p->type), type, sizeof(type));
    bool said = !type[0] || !strncasecmp(name, type, strlen(type));
    snprintf(out, size, "%.12s%s%.*s", said ? "" : type, said ? "" : " ", PLACE_CHARS, name);
}

void heard_text(const struct desk *d, const char *first, const char *place, char *out, size_t size)
{
    char words[48] = "";
    const struct place *p = place ? config_place(d->cfg, place) : NULL;
    if (p)
        place_words(p, words, sizeof(words));
    struct sbuf b = sbuf_on(out, size);
    if (*first || p)
        sbuf_addf(&b, "Da hieu: %.15s%s%s. ", first, *first && p ? ", " : "", words);
}

/* What would it be if BC stood before it? A place or a kind that is really there. */
static void probe(struct msg *m, bool *has_place, bool *has_kind)
{
    char text[1200] = "BC ";
    struct sbuf b = sbuf_on(text, sizeof(text));
    sbuf_add(&b, "BC ");
    sbuf_addn(&b, m->body, strnlen(m->body, sizeof(text) - 8));
    struct understand_ctx ctx = {.at_ms = m->at_ms};
    struct meaning *mm = &m->d->meaning;
    understand(m->d->vocab, &ctx, text, b.len, mm);
    *has_place = mm->place && !mm->place_from_home;
    *has_kind = mm->kind && !mm->kind_unknown;
}

/* "danh nhau" of "đánh nhau, gây thương tích", or the code: what an example says. */
static void kind_example(const struct kind *k, char *out, size_t size)
{
    char name[96] = "";
    if (k && fold_unaccent(k->name, strlen(k->name), name, sizeof(name)) >= 0)
        name[strcspn(name, ",")] = '\0';
    if (!k || k->restricted)
        str_copy(out, size, "trom");
    else if (!name[0] || str_copy(out, size, name) < 0)
        str_copy(out, size, k->code);
}

/* The sender is told what is missing, and the duty desk reads it. A phone that answers every
 * text ends in the daily list. */
static int tell_unclear(struct msg *m, const char *missing, const char *place, const struct kind *k)
{
    char out[OUT_SIZE], heard[80], example[16];
    bool may;
    int rc = complaint_allowed(m, &may);
    if (rc < 0 || !may)
        return rc;
    m->disposition = "unclear";
    rc = text_say(m->d->cfg, TEXT_ALERT_UNCLEAR, out, sizeof(out), "name", m->user ? m->user->name : "nguoi dan",
                  "text", k && k->restricted ? "viec can xu ly rieng" : m->body, NULL);
    if (!rc)
        rc = alert_duty(m->d, PRIO_ALERT, 0, m->id, out);
    heard_text(m->d, k && !k->restricted ? k->code : "", place, heard, sizeof(heard));
    kind_example(k, example, sizeof(example));
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_UNCLEAR, out, sizeof(out), "heard", heard, "missing", missing, "place",
                      example_place(m), "kind", example, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

static const struct form_def *form_named(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_forms; i++)
        if (!strcmp(c->forms[i].name, name))
            return &c->forms[i];
    return NULL;
}

/* "NHNA 48217", "TUAN": one slip, or half of a keyword. Nothing is done, and what it may have been is
 * asked: a failed NHAN is always answered. */
static int ask_form(struct msg *m)
{
    char out[OUT_SIZE], meant[80];
    struct sbuf b = sbuf_on(meant, sizeof(meant));
    bool may = m->m->code[0] != '\0';
    int rc = may ? 0 : complaint_allowed(m, &may);
    if (rc < 0 || !may)
        return rc;
    for (size_t i = 0; i < m->m->n_choices && i < 3; i++) {
        const struct form_def *f = form_named(m->d->cfg, m->m->choices[i]);
        if (f && f->n_keywords)
            sbuf_addf(&b, "%s%.12s%s%s", b.len ? " hay " : "", f->keywords[0], m->m->code[0] ? " " : "", m->m->code);
    }
    m->disposition = "asked";
    rc = text_say(m->d->cfg, TEXT_UNCLEAR_FORM, out, sizeof(out), "which", meant, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int form_none(struct msg *m)
{
    bool place = false, kind = false, form = m->m->ask == DOUBT_FORM && m->m->n_choices;
    m->disposition = "machine";
    if (m->kind != ADDRESS_NUMBER || looks_like_machine(m->body))
        return 0;
    int rc = menu_digits(m);
    if (!rc)
        rc = dialogue_named(m);
    if (rc)
        return rc < 0 ? rc : 0;
    if (form && strcmp(m->m->choices[0], "incident") != 0)
        return ask_form(m);
    if (!form) /* else the meaning has them: "BV man de trom" */
        probe(m, &place, &kind);
    else
        place = kind = true;
    m->m = &m->d->meaning;
    const struct kind *k = kind ? config_kind(m->d->cfg, m->m->kind) : NULL;
    bool theirs = k && k->restricted && (place || !m->m->kind_apart); /* whoever writes it: for those named alone */
    if ((place && kind && m->user) || theirs)
        return form_incident(m);  /* a report without its keyword, as the probe read it */
    m->disposition = "duty_list"; /* chatter: the duty desk's daily list, in silence */
    if (!place && !kind)
        return 0;
    return tell_unclear(m, place && kind ? "lenh" : place ? "viec gi" : "thon nao", place ? m->m->place : NULL, k);
}
