// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The menu by SMS: MENU or *# opens it, each digit is the next input, a row of the database keeps
 * where it stands. One dialogue a number: while a question is open its answer comes first and no
 * menu opens, and a question that is asked ends the menu. Called by dispatch, by the forms "answer"
 * and "none", and by intake, which must not store a PIN.
 */
#include "gateway/desk/menu.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "store/session.h"

#include <string.h>

#define PIN_DIGITS_MIN 4
#define TEXT_WITH_PIN_MAX 80 /* octets: a longer one is a report */

static struct view view_of(const struct msg *m)
{
    return (struct view){.d = m->d, .user = m->user, .now_ms = m->now.wall_ms};
}

static int64_t timeout_ms(const struct desk *d)
{
    return d->cfg->menu_timeout_s * SECOND_MS;
}

static int show(struct msg *m, struct menu *menu)
{
    char screen[PAGER_OUT_SIZE + 40], state[MENU_STATE_SIZE];
    struct view v = view_of(m);
    int rc = menu_show(menu, &v, GSM7_SINGLE_SEPTETS, screen, sizeof(screen));
    if (rc < 0)
        return rc;
    if (menu->over)
        rc = session_end(m->d->db, m->user->id);
    else if ((rc = menu_write(menu, state, sizeof(state))) == 0)
        rc = session_put(m->d->db, m->user->id, state, m->now.rel_ms);
    return rc < 0 ? rc : reply(m, screen, false);
}

int form_menu(struct msg *m)
{
    struct menu menu;
    struct question q;
    m->disposition = "menu";
    int rc = question_of(m->d->db, m->user->id, 0, &q);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (!rc)
        return reply_text(m, TEXT_MENU_QUESTION, "", "");
    menu_start(&menu);
    return show(m, &menu);
}

/* The open menu of the sender: 0, -ENOENT none, -ETIMEDOUT it has just run out. */
static int own_menu(struct msg *m, struct menu *menu)
{
    char state[SESSION_STATE_SIZE];
    int64_t touched_rel;
    if (!menu_allowed(m->user))
        return -ENOENT;
    int rc = session_of(m->d->db, m->user->id, state, sizeof(state), &touched_rel);
    if (rc < 0)
        return rc;
    if (menu_read(menu, state) == 0 && m->now.rel_ms - touched_rel < timeout_ms(m->d))
        return 0;
    return -ETIMEDOUT;
}

/* "48217", " 3 .", not "3 nguoi": the digits, or false. */
static bool only_digits(const char *body, char out[MENU_INPUT_SIZE])
{
    body += strspn(body, " \t\r\n");
    size_t n = strspn(body, "0123456789");
    if (!n || n >= MENU_INPUT_SIZE || body[n + strspn(body + n, " \t\r\n.,#")])
        return false;
    memcpy(out, body, n);
    out[n] = '\0';
    return true;
}

bool menu_is_input(const struct msg *m)
{
    char input[MENU_INPUT_SIZE];
    return m->pin[0] || only_digits(m->body, input);
}

int menu_digits(struct msg *m)
{
    char input[MENU_INPUT_SIZE];
    struct menu menu;
    struct view v = view_of(m);
    if (!m->user || (!m->pin[0] && !only_digits(m->body, input)))
        return 0;
    if (m->pin[0])
        str_copy(input, sizeof(input), m->pin);
    int rc = own_menu(m, &menu);
    if (rc == -ENOENT)
        return 0;
    m->disposition = "menu";
    if (rc == -ETIMEDOUT) {
        rc = session_end(m->d->db, m->user->id);
        if (!rc)
            rc = reply_text(m, TEXT_MENU_EXPIRED, "", "");
    } else if (!rc) {
        rc = menu_input(&menu, &v, input);
        if (rc >= 0)
            rc = show(m, &menu);
    }
    return rc < 0 ? rc : 1;
}

int menu_close(struct desk *d, int64_t user_id)
{
    return user_id ? session_end(d->db, user_id) : 0;
}

int menu_daily(struct desk *d)
{
    return session_forget(d->db, service_now(&d->time).rel_ms - DAY_MS);
}

/* --- a PIN is not stored --------------------------------------------------------------- */

/* The first run of so many digits becomes "xxxx", and pin gets it (or is "", when it is too long). */
static bool blot(char *text, char pin[MENU_INPUT_SIZE])
{
    char *s = text + strcspn(text, "0123456789");
    size_t n;
    while ((n = strspn(s, "0123456789")) > 0 && n < PIN_DIGITS_MIN)
        s += n + strcspn(s + n, "0123456789");
    if (!n)
        return false;
    pin[0] = '\0';
    if (n < MENU_INPUT_SIZE) {
        memcpy(pin, s, n);
        pin[n] = '\0';
    }
    memcpy(s, "xxxx", 4);
    memmove(s + 4, s + n, strlen(s + n) + 1);
    return true;
}

/* What may be dialled with a PIN behind it, also when it is no code. */
static char *dialled_pin(const struct msg *m, char *text)
{
    char *hash = strchr(text, '#');
    bool dial = !strcmp(m->m->form, "code") || strspn(text, "0123456789*# \t\r\n.,;:()-") == strlen(text);
    return hash && dial ? hash : NULL;
}

/* Typed when the menu was gone already: a question had ended it. Digits that mean nothing are all taken for one:
 * they would stand in the duty desk's list, and if only the right ones were hidden, who has the phone in hand
 * could try as many as he likes and read there which they are. */
static bool may_be_his_pin(const struct msg *m, const char *text)
{
    char digits[MENU_INPUT_SIZE];
    struct question q;
    if (!only_digits(text, digits) || strlen(digits) < PIN_DIGITS_MIN)
        return false;
    bool nothing = !strcmp(m->m->form, "none") && !m->m->code[0];
    if (nothing && question_of(m->d->db, m->user->id, 0, &q) == -ENOENT)
        return true;
    return user_pin_check(m->d->db, m->user->id, digits) == 0;
}

int menu_hide_pin(struct msg *m, char *text)
{
    struct menu menu;
    char rest[MENU_INPUT_SIZE];
    bool short_form = !strcmp(m->m->form, "none") || !strcmp(m->m->form, "code");
    if (!short_form || strlen(text) > TEXT_WITH_PIN_MAX || !strpbrk(text, "0123456789"))
        return 0;
    bool any = false;
    menu_start(&menu);
    char *from = dialled_pin(m, text);
    if (!from && m->user && m->user->pin_hash[0]) {
        int rc = own_menu(m, &menu);
        if (rc < 0 && rc != -ENOENT && rc != -ETIMEDOUT)
            return rc;
        if (rc == -ENOENT ? may_be_his_pin(m, text) : menu.asks_pin)
            any = blot(from = text, m->pin);
    }
    while (from && blot(from, rest))
        any = true;
    return any;
}
