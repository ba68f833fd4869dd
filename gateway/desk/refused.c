// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A network that takes no texts from us: bulk barring, a SIM without credit or blocked. Called by the
 * sender in its transaction. A person is told by another way (trouble.h), once, and once when texts go
 * again; and the balance is asked for at once, because credit is the first thing to look at.
 */
#include "gateway/desk/trouble.h"

#include "gateway/base/err.h"
#include "gateway/desk/room.h"
#include "store/delivery.h"

#include <stdio.h>

static int ask_balance(struct desk *d)
{
    if (d->cfg->balance_every_h == 0 || d->cfg->n_balances == 0)
        return 0;
    return job_set(d->db, "balance", "", JOB_REL, service_now(&d->time).rel_ms);
}

static void name_it(const char *line, char what[48])
{
    snprintf(what, 48, "send %.31s", line);
}

int desk_refused(struct desk *d, const char *line, int cms, bool barred)
{
    char what[48], words[120];
    struct trouble t;
    name_it(line, what);
    int rc = trouble_get(d->db, what, &t);
    if (rc != -ENOENT)
        return rc;
    snprintf(words, sizeof(words),
             barred ? "SIM %.31s bi chan gui tin (CMS %d): het tien?" : "Mang khong nhan tin cua SIM %.31s (CMS %d)",
             line, cms);
    rc = trouble_raise(d, what, words);
    return rc < 0 ? rc : ask_balance(d);
}

int desk_sends(struct desk *d, const char *line)
{
    char what[48];
    struct trouble t;
    name_it(line, what);
    int rc = trouble_get(d->db, what, &t);
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    rc = trouble_over(d, what);
    return rc < 0 ? rc : ask_balance(d);
}
