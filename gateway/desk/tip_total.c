// SPDX-License-Identifier: GPL-2.0-or-later
/* TONGTIN: an officer says how many tips of a month came by other ways, so that the share of those
 * that came through the force is known. Sent again, the last number stands; the audit keeps each.
 * "TONGTIN 34" is of this month, "TONGTIN 34 10" of October. Called by dispatch. */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/indicator.h"
#include "store/indicator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOTAL_MAX 99999

/* The month that is meant: 0 when the number is none. */
static int month_of(const struct msg *m)
{
    for (size_t i = 0; i < m->m->n_slots; i++)
        if (!strncmp(m->m->slots[i].name, "so", 2)) {
            long month = strtol(m->m->slots[i].value, NULL, 10);
            return month >= 1 && month <= 12 ? (int)month : 0;
        }
    return civil_from_ms(m->now.wall_ms).month;
}

int form_tip_total(struct msg *m)
{
    char month[16], count[16], name[16], detail[48], out[OUT_SIZE];
    int number = month_of(m);
    m->disposition = "unclear";
    if (!m->m->has_number || m->m->number < 0 || m->m->number > TOTAL_MAX || !number)
        return reply_text(m, TEXT_TIP_TOTAL_BAD, "", "");
    int year = indicator_year(number, m->now.wall_ms);
    snprintf(month, sizeof(month), "%04d-%02d", year, number);
    snprintf(name, sizeof(name), "%d/%d", number, year);
    snprintf(count, sizeof(count), "%ld", m->m->number);
    snprintf(detail, sizeof(detail), "%s %s", month, count);
    m->disposition = "tip_total";
    int rc = tip_total_set(m->d->db, month, m->m->number, m->user->id, m->now.wall_ms);
    if (!rc)
        rc = audit(m->d, m->user->id, "tip_total", 0, m->id, detail);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_TIP_TOTAL_OK, out, sizeof(out), "period", name, "count", count, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}
