// SPDX-License-Identifier: GPL-2.0-or-later
/* *7#: modem, queue, balance. Called by codes.c. */
#include "gateway/desk/codes.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/budget.h"
#include "gateway/desk/vault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *signal_word(int dbm)
{
    return dbm == 0 ? "?" : dbm >= -85 ? "tot" : dbm >= -100 ? "vua" : "yeu";
}

static int say_line(struct view *v, const char *name, struct line_state *s, struct pager *p)
{
    char dbm[16] = "";
    int rc = line_state_get(v->d->db, name, s);
    if (rc == -ENOENT) {
        page_add(p, "%.12s: chua ro.", name);
        return 0;
    }
    if (rc < 0)
        return rc;
    if (s->signal_dbm)
        snprintf(dbm, sizeof(dbm), " %d", s->signal_dbm);
    page_add(p, "%.12s: %s, song %s%s.", s->line, strcmp(s->state, "up") ? "MAT" : "chay", signal_word(s->signal_dbm),
             dbm);
    return 0;
}

/* Without a bound and with nothing left out there is nothing to say. */
static int say_budget(struct view *v, struct pager *p)
{
    struct budget_state s;
    int month = v->d->cfg->budget.month;
    int rc = budget_state(v->d->db, v->d->cfg, v->now_ms, &s);
    if (rc < 0)
        return rc;
    if (month)
        page_add(p, "Thang nay %" PRId64 "/%d SMS.", s.month.urgent + s.month.other, month);
    if (s.month.dropped || s.month.held)
        page_add(p, "Qua han muc: bo %lld, hoan %lld.", (long long)s.month.dropped, (long long)s.month.held);
    return 0;
}

/* vault: nothing as long as there was none and none failed. */
static int say_backup(struct view *v, struct pager *p)
{
    struct vault_state s;
    char at[24];
    int rc = vault_state(v->d, &s);
    if (rc < 0)
        return rc;
    clock_text(s.backup_ms, v->now_ms, at, sizeof(at));
    if (s.backup_fails || s.test_fails)
        page_add(p, "Sao luu: LOI.");
    else if (s.backup_ms)
        page_add(p, "Sao luu: %s.", at);
    return 0;
}

static int say_queue(struct view *v, struct pager *p)
{
    struct outbox_counts n;
    int rc = outbox_counts(v->d->db, civil_day_start_ms(v->now_ms), &n);
    if (rc < 0)
        return rc;
    page_add(p, "Cho gui: %" PRId64 ".", n.queued[0] + n.queued[1] + n.queued[2] + n.queued[3]);
    page_add(p, "Hom nay gui %" PRId64 ", loi %" PRId64 ".", n.sent + n.delivered, n.failed + n.expired);
    return say_budget(v, p);
}

/* What was understood; else the operator's own words: of any length, accents taken off. */
static void say_balance(const struct view *v, const struct line_state *s, bool many, struct pager *p)
{
    char time[24];
    clock_text(s->balance_ms, v->now_ms, time, sizeof(time));
    if (s->balance_known) {
        char money[64];
        balance_text(s, money, sizeof(money));
        page_add(p, "Tien%s%.12s (%s): %s.", many ? " " : "", many ? s->line : "", time, money);
        return;
    }
    page_add(p, "Tien%s%.12s (%s), chua hieu:", many ? " " : "", many ? s->line : "", time);
    page_flow(p, s->balance);
}

int codes_modem(struct view *v, const struct codes_args *a, struct pager *p)
{
    (void)a;
    const struct config *c = v->d->cfg;
    struct line_state s[CONFIG_LINES_MAX] = {0};
    bool told = false;
    int rc = 0;
    for (size_t i = 0; !rc && i < c->n_lines; i++)
        rc = say_line(v, c->lines[i].name, &s[i], p);
    if (!rc)
        rc = say_queue(v, p);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < c->n_lines; i++) {
        if (s[i].balance_ms)
            say_balance(v, &s[i], c->n_lines > 1, p);
        told |= s[i].balance_ms != 0;
    }
    if (!told)
        page_add(p, "Tien: chua ro.");
    return say_backup(v, p);
}
