// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tips kept apart: their texts may be sealed to a key whose secret half is not on this box, the sender's own
 * number never stands in them, and it is erased after tip_number_days or at NGUNG. Called by intake for what is a tip
 * or what its sender says of it, by NGUNG and by the daily job, in their transaction.
 *
 * What an officer says of a tip (NHAN, XONG, TRALOI, his THEM) is the office's own word and stays readable.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "store/tip.h"
#include "store/tipbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool apart_sealing(const struct desk *d)
{
    return d->cfg->tips.seal_to[0] != '\0';
}

int apart_word(const struct desk *d, char *out, size_t size)
{
    return text_say(d->cfg, TEXT_TIP_SEALED, out, size, NULL);
}

/* The end of a number that begins at p (digits, and single signs that people write between them), or p. */
static const char *number_end(const char *p)
{
    const char *end = p;
    if (*p == '+')
        p++;
    while (*p >= '0' && *p <= '9') {
        end = ++p;
        size_t gap = strspn(p, " .-()");
        if (gap <= 2 && p[gap] >= '0' && p[gap] <= '9')
            p += gap;
    }
    return end;
}

/* Is it written at [p, end), whole or as the tail of what stands there ("sdt 1 0912 000 077")? */
static bool is_written(const char *p, const char *end, const char *number)
{
    char typed[32], e164[ADDRESS_SIZE];
    struct sbuf b = sbuf_on(typed, sizeof(typed));
    for (; p < end; p++)
        if (*p == '+' || (*p >= '0' && *p <= '9'))
            sbuf_addc(&b, *p);
    bool same = sbuf_done(&b) == 0 && phone_normalize(typed, e164, sizeof(e164)) == 0 && !strcmp(e164, number);
    explicit_bzero(typed, sizeof(typed));
    explicit_bzero(e164, sizeof(e164));
    return same;
}

bool apart_mask_own(char *text, const char *number)
{
    bool found = false;
    if (number[0] != '+')
        return false; /* a name, a short code: nobody's */
    for (char *p = text; *p;) {
        const char *end = *p == '+' || (*p >= '0' && *p <= '9') ? number_end(p) : p;
        if (end == p) {
            p++;
            continue;
        }
        for (; p < end && !is_written(p, end, number); p++)
            ;
        for (; p < end; p++, found = true)
            *p = *p == '+' || (*p >= '0' && *p <= '9') ? 'x' : *p;
    }
    return found;
}

static void take_out(struct meaning *mm, const char *word)
{
    str_copy(mm->text, sizeof(mm->text), word);
    mm->text_len = strlen(mm->text);
    mm->kind_words[0] = '\0';
    for (size_t i = 0; i < mm->n_slots; i++)
        if (!strcmp(mm->slots[i].name, "value") || !strcmp(mm->slots[i].name, "phone"))
            str_copy(mm->slots[i].value, sizeof(mm->slots[i].value), "");
}

int apart_hide(struct msg *m, char *text, char *word, bool *changed)
{
    *changed = false;
    if (!m->of_tip)
        return 0;
    if (!apart_sealing(m->d)) {
        *changed = apart_mask_own(text, m->number);
        apart_mask_own(m->d->meaning.text, m->number);
        return 0;
    }
    int rc = apart_word(m->d, word, OUT_SIZE);
    if (rc < 0)
        return rc;
    take_out(&m->d->meaning, word);
    m->body = word;
    *changed = true;
    return 0;
}

const char *apart_audit(const struct msg *m, const char *text)
{
    return m->of_tip ? "" : text;
}

int apart_keep(struct desk *d, const char *what, int64_t incident_id, const char *text)
{
    uint8_t key[TIPKEY_SIZE], *box = NULL;
    struct incident in = {0};
    struct tip_box row = {.incident_id = incident_id, .at_ms = service_now(&d->time).wall_ms};
    int rc = incident_id ? incident_by_id(d->db, incident_id, &in) : 0;
    if (rc == -ENOENT)
        row.incident_id = 0;
    else if (rc < 0)
        return rc;
    /* the code goes into the box: nobody can hang a text under another tip */
    size_t size = strlen(text) + CODE_SIZE + 2;
    char *whole = malloc(size);
    if (!whole)
        return -ENOMEM;
    snprintf(whole, size, "%s\n%s", in.code[0] ? in.code : "-", text);
    rc = tipkey_read(d->cfg->tips.seal_to, key);
    if (!rc)
        rc = tipbox_close(key, whole, strlen(whole), &box, &row.size);
    explicit_bzero(whole, size);
    free(whole);
    row.box = box;
    if (!rc)
        rc = str_copy(row.what, sizeof(row.what), what);
    if (!rc)
        rc = tip_box_add(d->db, &row);
    free(box);
    return rc;
}

int apart_stop(struct desk *d, const char *number)
{
    int64_t party;
    int rc = party_find(d->db, PARTY_TIP, number, &party);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    trace_exact(d->trace); /* journal: its parts are no more known by their keys */
    return tip_forget(d->db, party, service_now(&d->time).wall_ms);
}

int apart_daily(struct desk *d)
{
    struct now now = service_now(&d->time);
    int64_t age_ms = d->cfg->tip_number_days * DAY_MS;
    int rc = message_forget_texts(d->db, now.wall_ms - DAY_MS); /* a resend comes within the hour */
    if (rc >= 0)
        rc = tip_forget_old(d->db, now.wall_ms - age_ms, now.rel_ms - age_ms, now.wall_ms);
    return rc > 0 ? audit(d, 0, "tip_numbers_erased", 0, 0, "") : rc;
}
