// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The menu for whoever sends all inputs so far each time: a USSD aggregator ("1*2*0") and the
 * console. Where each session stood is remembered, so that only the last input is new: an entry is
 * picked from the list as it was shown, and a wrong PIN counts once. What is not remembered (a
 * restart, a full table) is replayed from its beginning. Called by serve, outside a transaction.
 */
#include "gateway/desk/menu.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 1024 /* a power of two */

struct slot {
    int64_t owner;  /* user id; of the console its negative; 0 = empty */
    uint64_t typed; /* hash of the inputs so far */
    int64_t at_rel;
    struct menu menu; /* as its screen was shown */
};

struct menu_memory {
    struct slot slots[SLOTS];
};

void menu_memory_free(struct menu_memory *m)
{
    free(m);
}

static uint64_t hash(uint64_t h, const void *p, size_t n)
{
    const unsigned char *s = p;
    for (size_t i = 0; i < n; i++)
        h = (h ^ s[i]) * 1099511628211ull;
    return h;
}

static uint64_t hash_typed(int64_t owner, const char *text, size_t n)
{
    return hash(hash(14695981039346656037ull, &owner, sizeof(owner)), text, n);
}

static struct slot *slot_of(struct desk *d, uint64_t typed)
{
    if (!d->menus)
        d->menus = calloc(1, sizeof(*d->menus));
    return d->menus ? &d->menus->slots[(typed ^ typed >> 32) & (SLOTS - 1)] : NULL;
}

static bool recall(struct desk *d, int64_t owner, const char *text, size_t n, struct menu *m)
{
    uint64_t typed = hash_typed(owner, text, n);
    const struct slot *s = slot_of(d, typed);
    int64_t now_rel = service_now(&d->time).rel_ms;
    if (!s || s->owner != owner || s->typed != typed || now_rel - s->at_rel >= d->cfg->menu_timeout_s * SECOND_MS)
        return false;
    *m = s->menu;
    return true;
}

static void remember(struct desk *d, int64_t owner, const char *text, size_t n, const struct menu *m)
{
    uint64_t typed = hash_typed(owner, text, n);
    struct slot *s = slot_of(d, typed);
    if (s)
        *s = (struct slot){.owner = owner, .typed = typed, .at_rel = service_now(&d->time).rel_ms, .menu = *m};
}

/* One session: what was typed, and what of it is known. */
struct run {
    const struct view *v;
    int64_t owner;
    const char *text;
    int width;
    char *out;
    size_t size;
    bool wrote;
};

/* Up to the next '*', without the blanks around it. */
static void take_input(const char *from, size_t n, char out[MENU_INPUT_SIZE + 1])
{
    while (n && (*from == ' ' || *from == '#'))
        from++, n--;
    while (n && (from[n - 1] == ' ' || from[n - 1] == '#'))
        n--;
    if (n > MENU_INPUT_SIZE)
        n = MENU_INPUT_SIZE; /* too long for any input, and stays so */
    memcpy(out, from, n);
    out[n] = '\0';
}

/* Applies what stands from `at` on and makes a screen after each input. */
static int replay(struct run *r, struct menu *m, size_t at)
{
    int rc = 0;
    const char *text = r->text;
    while (rc >= 0 && text[at] && !m->over) {
        char input[MENU_INPUT_SIZE + 1];
        size_t n = strcspn(text + at, "*");
        take_input(text + at, n, input);
        at += n;
        rc = menu_input(m, r->v, input);
        r->wrote |= rc > 0;
        if (rc >= 0)
            rc = menu_show(m, r->v, r->width, r->out, r->size);
        if (rc >= 0)
            remember(r->v->d, r->owner, text, at, m);
        at += text[at] == '*';
    }
    return rc < 0 ? rc : 0;
}

static int run(struct run *r, bool *end)
{
    struct menu m;
    const char *star = strrchr(r->text, '*');
    size_t before = star ? (size_t)(star - r->text) : 0;
    int rc = 0;
    if (!*r->text || !recall(r->v->d, r->owner, r->text, before, &m)) {
        menu_start(&m);
        rc = menu_show(&m, r->v, r->width, r->out, r->size);
        if (rc >= 0)
            remember(r->v->d, r->owner, "", 0, &m);
        before = 0;
        star = NULL;
    }
    if (rc >= 0)
        rc = replay(r, &m, star ? before + 1 : 0);
    *end = m.over;
    return rc < 0 ? rc : r->wrote;
}

static int last_word(struct desk *d, enum text_id id, size_t limit, char *out, size_t size, bool *end)
{
    *end = true;
    int rc = text_say(d->cfg, id, out, size, "keyword", "*#", NULL);
    gsm7_cut(out, (int)limit);
    return rc;
}

int desk_session(struct desk *d, const char *phone, const char *text, size_t limit, char *out, size_t size, bool *end)
{
    char e164[ADDRESS_SIZE] = "", screen[PAGER_OUT_SIZE + 40];
    const struct user *u = phone_normalize(phone, e164, sizeof(e164)) == 0 ? people_by_phone(&d->people, e164) : NULL;
    struct view v = {.d = d, .user = u, .now_ms = clock_now_ms(d->clock)};
    struct run r = {.v = &v,
                    .owner = u ? u->id : 0,
                    .text = text,
                    .width = limit < PAGER_WIDTH_MAX ? (int)limit : PAGER_WIDTH_MAX,
                    .out = screen,
                    .size = sizeof(screen)};
    int rc;
    if (!menu_allowed(u)) {
        bool lost = !u && people_lost(&d->people, d->db, e164); /* it is not told that it is */
        enum text_id why = u ? TEXT_NOT_ALLOWED : lost ? TEXT_FRONT_BUSY : TEXT_MENU_STRANGER;
        rc = last_word(d, why, limit, screen, sizeof(screen), end);
    } else {
        rc = run(&r, end);
    }
    int copied = rc < 0 ? rc : str_copy(out, size, screen);
    return copied < 0 ? copied : rc;
}

int desk_console(struct desk *d, const char *id, const char *text, char *out, size_t size, bool *end)
{
    char screen[PAGER_OUT_SIZE + 40];
    struct view v = {.d = d, .now_ms = clock_now_ms(d->clock)};
    int64_t owner = (int64_t)(hash(14695981039346656037ull, id, strlen(id)) >> 1);
    struct run r = {.v = &v,
                    .owner = owner ? -owner : -1,
                    .text = text,
                    .width = PAGER_WIDTH_MAX,
                    .out = screen,
                    .size = sizeof(screen)};
    int rc = run(&r, end);
    int copied = rc < 0 ? rc : str_copy(out, size, screen);
    return copied < 0 ? copied : rc;
}
