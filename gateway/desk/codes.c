// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The supervisor's codes: from "*1*2#" to its provider, with the rights of who asks. They read,
 * never change. By SMS an answer is one unaccented text; a longer one ends in the code of its next
 * page, which stands behind the code's own arguments ("*2*0*2#", "*5*11*0*2#"). Called by the
 * code form, the menu and the console.
 *
 * Who: officers ask all of them, for their villages; leaders, deputies and village heads what
 * concerns their own village; members and strangers none.
 */
#include "gateway/desk/codes.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "gateway/desk/menu.h"
#include "parsers/code.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_MAX 999

static int help(struct view *v, const struct codes_args *a, struct pager *p)
{
    (void)a;
    return page_text(p, v->d->cfg, view_is_officer(v) ? TEXT_CODES_HELP : TEXT_CODES_HELP_TEAM, NULL);
}

/* args: of its own, the page follows them. place: which of them is a village, from 1; 0 = none. */
static const struct code_def codes[] = {
    {.number = 0, .args = 0, .answer = help},
    {.number = 1, .args = 1, .place = 1, .answer = codes_today},
    {.number = 2, .args = 1, .place = 1, .answer = codes_open},
    {.number = 3, .args = 1, .place = 1, .answer = codes_duty},
    {.number = 4, .args = 1, .place = 1, .answer = codes_overdue},
    {.number = 5, .args = 2, .place = 2, .answer = codes_indicators},
    {.number = 6, .args = 1, .place = 1, .answer = codes_ahead},
    {.number = 7, .args = 0, .answer = codes_modem, .officers = true},
};

const struct code_def *codes_def(int number)
{
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (codes[i].number == number)
            return &codes[i];
    return NULL;
}

#define CODE_DIGITS_LEAST 5 /* with the check digit */

bool codes_allowed(const struct view *v, const struct code_def *def)
{
    if (v->user && v->user->role < ROLE_DEPUTY)
        return false;
    return !def->officers || view_is_officer(v);
}

/* The next run of digits, without zeros at its front; "0" is "". An incident's code keeps its zeros ("*2*05992#").
 * False at the end. */
static bool next_arg(const char **s, char out[CODES_ARG_SIZE])
{
    *s += strcspn(*s, "0123456789");
    size_t n = strspn(*s, "0123456789"), zeros = n < CODE_DIGITS_LEAST ? strspn(*s, "0") : 0;
    if (!n)
        return false;
    const char *from = *s + zeros;
    size_t len = (size_t)(*s + n - from);
    *s += n;
    if (len >= CODES_ARG_SIZE)
        len = CODES_ARG_SIZE - 1; /* no such village, incident or page */
    memset(out, 0, CODES_ARG_SIZE);
    memcpy(out, from, len);
    return true;
}

int codes_read(const char *digits, struct code_call *c)
{
    char arg[CODES_ARG_SIZE];
    memset(c, 0, sizeof(*c));
    c->page = 1;
    if (!next_arg(&digits, arg))
        return -EINVAL;
    c->number = strlen(arg) > 1 ? NO_CODE : atoi(arg);
    const struct code_def *def = codes_def(c->number);
    int n = 0;
    while (n < CODES_ARGS_MAX && next_arg(&digits, arg)) {
        if (!def || n < def->args)
            memcpy(c->args.v[n], arg, sizeof(arg));
        else if (n == def->args && *arg)
            c->page = strlen(arg) < 4 ? atoi(arg) : PAGE_MAX;
        n++;
    }
    return 0;
}

void codes_write(const struct code_call *c, int page, char *out, size_t size)
{
    const struct code_def *def = codes_def(c->number);
    struct sbuf b = sbuf_on(out, size);
    if (c->number == NO_CODE) {
        sbuf_add(&b, "nay"); /* "Khong co ma nay" */
        return;
    }
    sbuf_addf(&b, "*%d", c->number);
    int n = def ? def->args : 0;
    while (page == 1 && n > 0 && !c->args.v[n - 1][0])
        n--;
    for (int i = 0; i < n; i++)
        sbuf_addf(&b, "*%s", c->args.v[i][0] ? c->args.v[i] : "0");
    if (page > 1)
        sbuf_addf(&b, "*%d", page);
    sbuf_addc(&b, '#');
}

int page_text(struct pager *p, const struct config *cfg, enum text_id id, ...)
{
    char text[OUT_SIZE];
    va_list ap;
    va_start(ap, id);
    int rc = text_vsay(cfg, id, text, sizeof(text), ap);
    va_end(ap);
    if (!rc)
        page_add(p, "%s", text);
    return rc;
}

/* The village of the call, if it has one, into the view: 1 when the asker was told why not. */
static int take_place(struct view *v, const struct code_def *def, const struct code_call *c, struct pager *p)
{
    const char *place = def->place ? c->args.v[def->place - 1] : "";
    if (!*place || code_is_incident(v->d->cfg, c))
        return 0;
    int rc = 0;
    const struct place *known = config_place(v->d->cfg, place);
    if (!known)
        rc = page_text(p, v->d->cfg, TEXT_CODES_NO_PLACE, "place", place, NULL);
    else if (!view_place(v, known->code))
        rc = page_text(p, v->d->cfg, TEXT_CODES_NOT_YOURS, "place", known->name, NULL);
    else
        return str_copy(v->place, sizeof(v->place), known->code);
    return rc < 0 ? rc : 1;
}

bool code_is_incident(const struct config *cfg, const struct code_call *c)
{
    const char *arg = c->args.v[0];
    return c->number == 2 && strlen(arg) >= 4 && (code_valid(arg) || !config_place(cfg, arg));
}

int codes_say(struct view *v, const struct code_call *c, struct pager *p)
{
    char dial[CODES_DIAL_SIZE];
    const struct code_def *def = codes_def(c->number);
    codes_write(c, 1, dial, sizeof(dial));
    if (!def)
        return page_text(p, v->d->cfg, TEXT_CODES_UNKNOWN, "dial", dial, NULL);
    if (!codes_allowed(v, def))
        return page_text(p, v->d->cfg, TEXT_NOT_ALLOWED, "keyword", dial, NULL);
    int rc = take_place(v, def, c, p);
    return rc ? (rc < 0 ? rc : 0) : def->answer(v, &c->args, p);
}

/* The PIN, where one is needed: 0 when all is well, 1 when he was told what is wrong. */
static int ask_pin(struct view *v, const struct code_call *c, const char *pin, char *out, size_t size)
{
    enum pin_result result = PIN_OK;
    char text[16], dial[CODES_DIAL_SIZE];
    int rc = pin_needed(v, c) ? pin_try(v->d, v->user, pin, &result, text) : 0;
    if (rc < 0 || result == PIN_OK)
        return rc < 0 ? rc : 0;
    codes_write(c, c->page, dial, sizeof(dial));
    static const enum text_id texts[] = {
        [PIN_NONE] = TEXT_PIN_NEEDED, [PIN_WRONG] = TEXT_PIN_WRONG, [PIN_LOCKED] = TEXT_PIN_LOCKED};
    rc = text_say(v->d->cfg, texts[result], out, size, "dial", dial, "count", text, "time", text, NULL);
    return rc < 0 ? rc : 1;
}

/* The answer to a code as one SMS. */
static int answer(struct view *v, const struct code_call *c, char *out, size_t size)
{
    struct pager p;
    char next[CODES_DIAL_SIZE];
    pager_start(&p, GSM7_SINGLE_SEPTETS, c->page);
    codes_write(c, c->page + 1, next, sizeof(next));
    struct sbuf b = sbuf_on(p.more, sizeof(p.more));
    sbuf_addf(&b, "\nTiep: %s%s", next, pin_needed(v, c) ? "PIN" : "");
    int rc = codes_say(v, c, &p);
    if (rc < 0)
        return rc;
    if (pager_end(&p))
        return str_copy(out, size, p.out);
    return text_say(v->d->cfg, TEXT_CODES_NO_PAGE, out, size, NULL);
}

int codes_answer(struct desk *d, const struct user *u, const struct meaning *m, char *out, size_t size)
{
    struct view v = {.d = d, .user = u, .now_ms = clock_now_ms(d->clock)};
    struct code_call c;
    int rc = codes_read(meaning_slot(m, "digits"), &c);
    if (!rc)
        rc = ask_pin(&v, &c, meaning_slot(m, "pin"), out, size);
    if (rc)
        return rc < 0 ? rc : 0;
    return answer(&v, &c, out, size);
}
