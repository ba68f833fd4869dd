// SPDX-License-Identifier: GPL-2.0-or-later
/* Where somebody stands in the menu, and its screens. See menu.h. Reads, never changes anything but
 * the count of wrong PINs. */
#include "gateway/desk/menu.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "gateway/desk/codes_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHOOSE (-1) /* the screen of the villages */
#define LIST_PICKS 7
#define PLACE_PICKS 8

void menu_start(struct menu *m)
{
    memset(m, 0, sizeof(*m));
    m->note = TEXT_COUNT;
}

bool menu_allowed(const struct user *u)
{
    return u && u->role >= ROLE_DEPUTY;
}

static struct screen *top(struct menu *m)
{
    return m->depth ? &m->s[m->depth - 1] : NULL;
}

static void note(struct menu *m, enum text_id id)
{
    m->note = id;
    m->note_value[0] = '\0';
}

/* --- what a screen is ------------------------------------------------------------------ */

static struct code_call call_of(const struct screen *s)
{
    struct code_call c = {.number = s->number, .page = s->page};
    const struct code_def *def = codes_def(s->number);
    if (s->arg[0])
        str_copy(c.args.v[0], CODES_ARG_SIZE, s->arg);
    if (s->place[0] && def && def->place)
        str_copy(c.args.v[def->place - 1], CODES_ARG_SIZE, s->place);
    return c;
}

static bool is_list(const struct screen *s)
{
    return (s->number == 2 && !s->arg[0]) || s->number == 4;
}

static bool has_month(const struct screen *s)
{
    const struct code_def *def = codes_def(s->number);
    return def && def->place == 2;
}

static int count_two(void *ctx, const struct place *p)
{
    (void)p;
    return ++*(int *)ctx == 2;
}

/* Is there another village to choose? */
static bool has_villages(const struct view *v, const struct screen *s)
{
    int n = 0;
    const struct code_def *def = codes_def(s->number);
    if (!def || !def->place || (s->number == 2 && s->arg[0]))
        return false;
    view_each_place(v, count_two, &n);
    return n > 1;
}

/* --- input ----------------------------------------------------------------------------- */

static void push(struct menu *m, int number, const char *arg, const char *place)
{
    if (m->depth == MENU_DEPTH) { /* can not be: each screen leads to another kind of screen */
        note(m, TEXT_MENU_WRONG);
        return;
    }
    struct screen *s = &m->s[m->depth++];
    *s = (struct screen){.number = number, .page = 1};
    str_copy(s->arg, sizeof(s->arg), arg);
    str_copy(s->place, sizeof(s->place), place);
}

static void back(struct menu *m)
{
    struct screen *s = top(m);
    if (!s)
        m->over = true;
    else if (s->page > 1)
        s->page--;
    else
        m->depth--;
}

/* The screen of a village stands on that of the code, in the place of another village's. */
static void choose_village(struct menu *m, const char *place)
{
    m->depth--;
    struct screen *s = top(m), below = *s;
    if (below.place[0])
        m->depth--;
    push(m, below.number, below.number == 5 ? below.arg : "", place);
}

static void pick(struct menu *m, int n)
{
    const struct screen *s = top(m);
    char key[PAGER_KEY_SIZE];
    memcpy(key, m->keys[n - 1], sizeof(key));
    if (s->number == CHOOSE)
        choose_village(m, key);
    else
        push(m, 2, key, "");
}

/* The month before the one that is shown. */
static void month_before(struct menu *m, const struct view *v)
{
    struct screen *s = top(m);
    int month = s->arg[0] ? atoi(s->arg) : civil_from_ms(v->now_ms).month;
    snprintf(s->arg, sizeof(s->arg), "%d", month > 1 ? month - 1 : 12);
    s->page = 1;
}

static int main_input(struct menu *m, const struct view *v, int digit)
{
    const struct code_def *def = digit ? codes_def(digit) : NULL;
    if (!def || !codes_allowed(v, def))
        note(m, TEXT_MENU_WRONG);
    else
        push(m, digit, "", "");
    return 0;
}

static int digit_input(struct menu *m, const struct view *v, int digit)
{
    struct screen *s = top(m);
    if (digit == 0)
        back(m);
    else if (!s)
        return main_input(m, v, digit);
    else if (digit == 9 && m->has_more)
        s->page++;
    else if (digit <= m->n_keys)
        pick(m, digit);
    else if (digit == 7 && has_month(s))
        month_before(m, v);
    else if (digit == 8 && has_villages(v, s))
        push(m, CHOOSE, "", "");
    else
        note(m, TEXT_MENU_WRONG);
    return 0;
}

static int pin_input(struct menu *m, const struct view *v, const char *pin)
{
    enum pin_result result;
    int rc = pin_try(v->d, v->user, pin, &result, m->note_value);
    if (rc < 0)
        return rc;
    m->pin_ok = result == PIN_OK;
    if (result == PIN_WRONG)
        m->note = TEXT_PIN_WRONG;
    else if (result == PIN_LOCKED)
        m->note = TEXT_PIN_LOCKED;
    return rc;
}

int menu_input(struct menu *m, const struct view *v, const char *input)
{
    char text[MENU_INPUT_SIZE];
    size_t n = strspn(input, "0123456789");
    note(m, TEXT_COUNT);
    if (++m->inputs > MENU_INPUTS_MAX) {
        m->over = true;
        return 0;
    }
    if (!n || input[n] || n >= sizeof(text)) {
        note(m, TEXT_MENU_WRONG);
        return 0;
    }
    memcpy(text, input, n + 1);
    const struct screen *s = top(m);
    if (m->asks_pin && n > 1)
        return pin_input(m, v, text);
    if (n == 1 && (!m->asks_pin || text[0] == '0'))
        return digit_input(m, v, text[0] - '0');
    if (n >= 4 && n < CODE_SIZE && (!s || is_list(s)))
        push(m, 2, text, "");
    else
        note(m, TEXT_MENU_WRONG);
    return 0;
}

/* --- screens --------------------------------------------------------------------------- */

static void end_key(struct sbuf *b, const struct config *cfg, enum text_id id)
{
    const char *text = texts_find(cfg, text_key(id));
    sbuf_addf(b, "%c%s", b->len ? ' ' : '\n', text ? text : "");
}

/* The keys at the end of a page: "\n8 Thon 9 Tiep 0 Ve". */
static void set_ends(struct pager *p, const struct view *v, const struct screen *s)
{
    const struct config *c = v->d->cfg;
    bool villages = s->number != CHOOSE && has_villages(v, s);
    struct sbuf more = sbuf_on(p->more, sizeof(p->more)), last = sbuf_on(p->last, sizeof(p->last));
    struct sbuf *ends[] = {&more, &last};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (s->number != CHOOSE && has_month(s))
            end_key(ends[i], c, TEXT_MENU_KEY_MONTH);
        if (villages)
            end_key(ends[i], c, TEXT_MENU_KEY_PLACES);
        if (ends[i] == &more)
            end_key(ends[i], c, TEXT_MENU_KEY_MORE);
        end_key(ends[i], c, TEXT_MENU_KEY_BACK);
    }
}

static int say_village(void *ctx, const struct place *place)
{
    struct pager *p = ctx;
    page_pick(p, place->code, "%s", place->name);
    return page_full(p);
}

static int say_villages(const struct view *v, struct pager *p)
{
    int rc = page_text(p, v->d->cfg, TEXT_MENU_WHICH, NULL);
    p->picks = PLACE_PICKS;
    if (!rc)
        view_each_place(v, say_village, p);
    return rc;
}

static int septets(const struct config *cfg, enum text_id id)
{
    const char *text = texts_find(cfg, text_key(id));
    return text ? gsm7_septets(text) : 0;
}

static int show_main(const struct menu *m, const struct view *v, int width, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    const char *wrong = texts_find(v->d->cfg, text_key(TEXT_MENU_WRONG));
    const char *text = texts_find(v->d->cfg, text_key(view_is_officer(v) ? TEXT_MENU_MAIN : TEXT_MENU_MAIN_TEAM));
    if (m->note == TEXT_MENU_WRONG)
        sbuf_addf(&b, "%s\n", wrong ? wrong : "");
    sbuf_add(&b, text ? text : "");
    gsm7_cut(out, width);
    return sbuf_done(&b);
}

static int say_pin(const struct menu *m, const struct view *v, struct pager *p)
{
    struct sbuf b = sbuf_on(p->last, sizeof(p->last));
    end_key(&b, v->d->cfg, TEXT_MENU_KEY_BACK);
    const char *value = m->note_value;
    int rc = m->note == TEXT_COUNT ? 0 : page_text(p, v->d->cfg, m->note, "count", value, "time", value, NULL);
    return rc || m->note == TEXT_PIN_LOCKED ? rc : page_text(p, v->d->cfg, TEXT_MENU_PIN, NULL);
}

static int say_screen(struct menu *m, const struct view *v, struct pager *p)
{
    const struct screen *s = top(m);
    struct view own = *v;
    struct code_call c = call_of(s);
    m->asks_pin = s->number != CHOOSE && !m->pin_ok && pin_needed(v, &c);
    if (m->asks_pin)
        return say_pin(m, v, p);
    set_ends(p, v, s);
    if (s->number == CHOOSE)
        return say_villages(v, p);
    p->picks = is_list(s) ? LIST_PICKS : 0;
    return codes_say(&own, &c, p);
}

/* Room for "Sai phim." is always kept, so that a wrong key does not move what the pages hold. */
static int put_page(const struct menu *m, const struct view *v, const struct pager *p, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    const char *wrong = texts_find(v->d->cfg, text_key(TEXT_MENU_WRONG));
    if (m->note == TEXT_MENU_WRONG && !m->asks_pin)
        sbuf_addf(&b, "%s\n", wrong ? wrong : "");
    sbuf_add(&b, p->out);
    return sbuf_done(&b);
}

int menu_show(struct menu *m, const struct view *v, int width, char *out, size_t size)
{
    struct pager p;
    struct screen *s = top(m);
    m->n_keys = 0;
    m->has_more = m->asks_pin = false;
    if (m->over)
        return text_say(v->d->cfg, TEXT_MENU_END, out, size, NULL);
    if (!s)
        return show_main(m, v, width, out, size);
    for (int tries = 0; tries < 2; tries++) {
        pager_start(&p, width - septets(v->d->cfg, TEXT_MENU_WRONG) - 1, s->page);
        int rc = say_screen(m, v, &p);
        if (rc < 0)
            return rc;
        if (pager_end(&p))
            break;
        s->page = 1; /* the list is shorter now than when its page was shown */
    }
    m->has_more = p.has_more;
    m->n_keys = p.n_keys;
    memcpy(m->keys, p.keys, sizeof(m->keys));
    return put_page(m, v, &p, out, size);
}

/* --- as text --------------------------------------------------------------------------- */

int menu_write(const struct menu *m, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b, "1 %d %d %d %d %d", m->inputs, m->pin_ok, m->asks_pin, m->has_more, m->depth);
    for (int i = 0; i < m->depth; i++) {
        const struct screen *s = &m->s[i];
        sbuf_addf(&b, " %d %d %s %s", s->number, s->page, s->arg[0] ? s->arg : "-", s->place[0] ? s->place : "-");
    }
    sbuf_addf(&b, " %d", m->n_keys);
    for (int i = 0; i < m->n_keys; i++)
        sbuf_addf(&b, " %s", m->keys[i]);
    return sbuf_done(&b);
}

struct words {
    char text[MENU_STATE_SIZE];
    char *at;
    bool bad;
};

static const char *word(struct words *w)
{
    char *s = w->at ? strtok_r(NULL, " ", &w->at) : NULL;
    w->bad |= !s;
    return s ? s : "0";
}

static int number(struct words *w, int least, int most)
{
    char *end;
    const char *s = word(w);
    long n = strtol(s, &end, 10);
    w->bad |= *end || n < least || n > most;
    return w->bad ? least : (int)n;
}

static void text(struct words *w, char *out, size_t size)
{
    const char *s = word(w);
    w->bad |= str_copy(out, size, strcmp(s, "-") ? s : "") < 0;
}

int menu_read(struct menu *m, const char *from)
{
    struct words w = {.bad = false};
    menu_start(m);
    if (str_copy(w.text, sizeof(w.text), from) < 0 || strcmp(w.text, "") == 0)
        return -EINVAL;
    char *version = strtok_r(w.text, " ", &w.at);
    w.bad = !version || strcmp(version, "1") != 0;
    m->inputs = number(&w, 0, MENU_INPUTS_MAX);
    m->pin_ok = number(&w, 0, 1);
    m->asks_pin = number(&w, 0, 1);
    m->has_more = number(&w, 0, 1);
    m->depth = number(&w, 0, MENU_DEPTH);
    for (int i = 0; i < m->depth; i++) {
        m->s[i].number = number(&w, CHOOSE, 9);
        m->s[i].page = number(&w, 1, 999);
        text(&w, m->s[i].arg, sizeof(m->s[i].arg));
        text(&w, m->s[i].place, sizeof(m->s[i].place));
    }
    m->n_keys = number(&w, 0, PAGER_KEYS_MAX);
    for (int i = 0; i < m->n_keys; i++)
        text(&w, m->keys[i], sizeof(m->keys[i]));
    if (w.bad)
        menu_start(m);
    return w.bad ? -EINVAL : 0;
}
