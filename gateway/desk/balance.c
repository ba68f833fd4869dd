// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The prepaid balance of a line: the operator's words are kept, read, and warned of. Called by serve with
 * the answer to the USSD code, or with its failure. What can go wrong: words that are not understood; they
 * are shown as they are, and the duty desk is told so once.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/mask.h"
#include "gateway/base/str.h"
#include "gateway/desk/trouble.h"
#include "parsers/balance.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_MS (20 * HOUR_MS) /* asked once a day, not to the minute */
#define EMPTY_DONG 1000         /* not enough for a text to another network */

void balance_text(const struct line_state *s, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    long long v = s->balance_dong;
    if (v >= 1000000)
        sbuf_addf(&b, "%lld.%03lld.%03lldd", v / 1000000, v / 1000 % 1000, v % 1000);
    else if (v >= 1000)
        sbuf_addf(&b, "%lld.%03lldd", v / 1000, v % 1000);
    else
        sbuf_addf(&b, "%lldd", v);
    if (!s->balance_until_ms)
        return;
    struct civil c = civil_from_ms(s->balance_until_ms);
    sbuf_addf(&b, ", han %d/%d/%d", c.day, c.month, c.year);
}

static void keep_words(struct line_state *s, const char *text)
{
    size_t n = strlen(text);
    if (n >= sizeof(s->balance))
        n = sizeof(s->balance) - 1;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--; /* not inside a character */
    memcpy(s->balance, text, n);
    s->balance[n] = '\0';
    mask_numbers(s->balance);
}

static void read_words(struct line_state *s, const char *text)
{
    struct balance b;
    s->balance_known = balance_read(text, &b);
    s->balance_dong = b.dong;
    struct civil c = {.year = b.year, .month = b.month, .day = b.day};
    s->balance_until_ms = b.has_date ? civil_to_ms(&c) : 0;
}

/* What is told once until it is mended: meta holds the service time of the last telling, 0 = mended. */
static int told_at(struct desk *d, const char *what, const char *line, int64_t *rel_ms)
{
    char key[64];
    snprintf(key, sizeof(key), "balance_%s_%s", what, line);
    int rc = meta_get_i64(d->db, key, rel_ms);
    return rc == -ENOENT ? 0 : rc;
}

static int set_told(struct desk *d, const char *what, const char *line, int64_t rel_ms)
{
    char key[64];
    snprintf(key, sizeof(key), "balance_%s_%s", what, line);
    return meta_set_i64(d->db, key, rel_ms);
}

static bool is_short(const struct config *c, const struct line_state *s, int64_t now_ms)
{
    bool low = s->balance_known && c->balance_low > 0 && s->balance_dong < c->balance_low;
    int64_t left_ms = s->balance_until_ms - civil_day_start_ms(now_ms);
    bool ends = s->balance_until_ms && c->balance_expiry_days > 0 && left_ms < c->balance_expiry_days * DAY_MS;
    return low || ends;
}

/* Once a day at most, until it is topped up. */
static int warn_short(struct desk *d, const struct line_state *s, struct now now)
{
    char money[64], out[OUT_SIZE];
    int64_t told = 0;
    bool is = is_short(d->cfg, s, now_calendar(now));
    int rc = told_at(d, "told", s->line, &told);
    if (rc < 0 || (!is && !told) || (is && told && now.rel_ms - told < AGAIN_MS))
        return rc;
    rc = set_told(d, "told", s->line, is ? now.rel_ms : 0);
    if (rc < 0 || !is)
        return rc;
    if (s->balance_known)
        balance_text(s, money, sizeof(money));
    else
        snprintf(money, sizeof(money), "khong ro");
    rc = text_say(d->cfg, TEXT_BALANCE_LOW, out, sizeof(out), "name", s->line, "money", money, NULL);
    return rc < 0 ? rc : tell_warning(d, out);
}

/* Once until words are understood again. */
static int warn_unread(struct desk *d, const struct line_state *s, struct now now)
{
    char out[OUT_SIZE];
    int64_t told = 0;
    int rc = told_at(d, "unread", s->line, &told);
    if (rc < 0 || s->balance_known == !told)
        return rc;
    rc = set_told(d, "unread", s->line, s->balance_known ? 0 : now.rel_ms);
    if (rc < 0 || s->balance_known)
        return rc;
    log_warn("%s: the balance could not be read from: %s", s->line, s->balance);
    rc = text_say(d->cfg, TEXT_BALANCE_UNREAD, out, sizeof(out), "name", s->line, "text", s->balance, NULL);
    return rc < 0 ? rc : tell_warning(d, out);
}

/* Without credit no warning goes out by this SIM: another way must tell it. */
static int warn_empty(struct desk *d, const struct line_state *s)
{
    char what[48], words[120];
    snprintf(what, sizeof(what), "credit %.31s", s->line);
    if (!s->balance_known || d->cfg->balance_low <= 0 || s->balance_dong >= EMPTY_DONG)
        return s->balance_known ? trouble_over(d, what) : 0;
    snprintf(words, sizeof(words), "SIM %.31s het tien", s->line);
    return trouble_raise(d, what, words);
}

int desk_balance(struct desk *d, const char *line, int result, const char *text)
{
    struct line_state s;
    struct now now = service_now(&d->time);
    int rc = meta_set_i64(d->db, "balance_rel", now.rel_ms);
    if (!rc && d->cfg->balance_every_h > 0)
        rc = job_standing(d, "balance", "balance_rel", d->cfg->balance_every_h * HOUR_MS);
    if (rc < 0 || result < 0)
        return rc;
    rc = line_state_get(d->db, line, &s);
    if (rc == -ENOENT) {
        s = (struct line_state){.state = "up"};
        rc = str_copy(s.line, sizeof(s.line), line);
    }
    if (rc < 0)
        return rc;
    keep_words(&s, text);
    read_words(&s, text);
    s.balance_ms = now.wall_ms;
    rc = line_state_set(d->db, &s);
    if (!rc)
        rc = warn_short(d, &s, now);
    if (!rc)
        rc = warn_unread(d, &s, now);
    return rc < 0 ? rc : warn_empty(d, &s);
}

const char *desk_balance_code(const struct desk *d, const char *operator_code)
{
    for (size_t i = 0; i < d->cfg->n_balances; i++) {
        const struct balance_config *b = &d->cfg->balances[i];
        if (!strcmp(b->operator_code, operator_code) || !strcmp(b->operator_code, "*"))
            return b->ussd;
    }
    return NULL;
}
