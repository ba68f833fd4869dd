// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the modem to the core: listing, reading, handing over, deleting after LINE_KEPT, and
 * what the modem says unasked. Called by the child's loop. What can go wrong: a place can
 * not be read (noise: tried again; malformed: handed over raw), can not be deleted (kept in
 * mind, tried again with back-off, not handed over twice by this process), or its PDU kills
 * libgammu (the core restarts us with --quarantine).
 */
#include "gateway/line/gammu_child.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/line/tpdu.h"

#include <string.h>

#define NOISE_TRIES 4
#define NOISE_AGAIN_MS 600000
#define RING_OVER_MS 8000
#define BOOT_QUIET_MS 1500
#define LOOK_SOON_MS 1500
#define NOISE_OCTETS_MAX 3
#define REPLACED_MAX 64 /* in a row, at one place */

static void todo_put(struct child *c, int mem, int index)
{
    if (c->todo_at == c->todo.n)
        c->todo_at = c->todo_listed = c->todo.n = 0;
    if (gm_list_add(&c->todo, mem, index) != 0)
        c->list_again = true;
}

static void hand_over(struct child *c, const struct sms_part *part, uint64_t handle)
{
    struct line_msg m;
    line_msg_init(&m, LINE_PART);
    m.u.part.handle = handle;
    m.u.part.part = *part;
    child_tell(c, &m);
}

static void offer(struct child *c, const struct gm_slot *at, const struct sms_part *part)
{
    struct slot *s = slots_put(&c->slots, at->mem, at->index, SLOT_OFFERED);
    if (!s)
        return; /* the table is full of what can not be deleted; the next listing finds it */
    s->handle = c->next_handle++;
    s->hash = at->hash;
    hand_over(c, part, s->handle);
}

/* A raw PDU, with its sender when that much of it is sound. */
static void offer_corrupt(struct child *c, const struct gm_slot *at)
{
    struct sms_part part, decoded;
    int smsc = at->n ? tpdu_smsc(at->pdu, at->n) : -1;
    gm_corrupt_part(at->pdu, at->n, &part);
    if (smsc >= 0 && tpdu_get_deliver(at->pdu + smsc, at->n - (size_t)smsc, &decoded) == 0) {
        memcpy(part.sender, decoded.sender, sizeof part.sender);
        part.smsc_ms = decoded.smsc_ms;
    }
    log_warn("a malformed text at %s %d is handed over as it is", at->mem == GM_SM ? "SM" : "ME", at->index);
    offer(c, at, &part);
    gm_unquarantine(&c->m, at->mem, at->index);
}

static bool same_text(const struct sms_part *a, const struct sms_part *b)
{
    return !strcmp(a->sender, b->sender) && a->ref == b->ref && a->ref_bits == b->ref_bits && a->total == b->total &&
           a->seq == b->seq && a->coding == b->coding && a->smsc_ms == b->smsc_ms && a->body_len == b->body_len &&
           !memcmp(a->body, b->body, a->body_len);
}

/* Noise on the line, most likely; the same octets again and again are what is stored. */
static void read_noise(struct child *c, const struct gm_slot *at)
{
    struct slot *s = slots_at(&c->slots, at->mem, at->index);
    if (!s || s->state != SLOT_NOISE || s->hash != at->hash) {
        s = slots_put(&c->slots, at->mem, at->index, SLOT_NOISE);
        if (!s)
            return;
        s->hash = at->hash;
    }
    if (++s->tries >= NOISE_TRIES && at->n > 0)
        offer_corrupt(c, at);
    else
        s->retry_ms = mono_ms() + 1000;
}

/* Malformed, if a second look shows the same octets. */
static int read_bad(struct child *c, const struct gm_slot *at)
{
    struct gm_slot again;
    int rc = gm_look(&c->m, at->mem, at->index, &again);
    if (rc)
        return rc;
    if (again.hash == at->hash)
        offer_corrupt(c, at);
    else
        read_noise(c, &again);
    return 0;
}

/* Another text stands there now: noise on the line changes an octet or two of the same one. */
static bool is_another(const struct gm_slot *a, const struct gm_slot *b)
{
    size_t differ = a->n > b->n ? a->n - b->n : b->n - a->n;
    for (size_t i = 0; i < a->n && i < b->n; i++)
        differ += a->pdu[i] != b->pdu[i];
    return b->kind == STORED_DELIVER && differ > NOISE_OCTETS_MAX;
}

/* libgammu's reading must agree with the octets that were checked. When it does not, one of
 * the two was noise, libgammu stands in another storage than we think, or it maps a
 * character of its own accord: the octets decide if a second look shows the same ones. 1: the
 * storage has written *again over it; the text is in our hands alone, and is handed over. */
static int read_deliver(struct child *c, const struct gm_slot *at, struct gm_slot *again)
{
    struct sms_part part, plain;
    const char *mem = at->mem == GM_SM ? "SM" : "ME";
    int smsc = tpdu_smsc(at->pdu, at->n);
    int rc = gm_read(&c->m, at, &part);
    if (gm_fatal(rc) || rc == -ENOENT)
        return rc;
    if (tpdu_get_deliver(at->pdu + smsc, at->n - (size_t)smsc, &plain) != 0)
        return -EBADMSG; /* gm_classify() said otherwise */
    /* libgammu does not tell a name from a number: the octets do */
    if (rc == 0 && plain.sender[0] == ADDRESS_NAME_MARK && !strcmp(part.sender, plain.sender + 1))
        memcpy(part.sender, plain.sender, sizeof part.sender);
    if (rc == 0 && same_text(&part, &plain)) {
        part.silent = plain.silent; /* which libgammu does not tell */
        offer(c, at, &part);
        return 0;
    }
    gm_doubt(&c->m);
    rc = gm_look(&c->m, at->mem, at->index, again);
    if (rc)
        return rc;
    if (again->hash != at->hash && is_another(at, again)) {
        hand_over(c, &plain, c->next_handle++);
        return 1;
    }
    if (again->hash != at->hash) {
        read_noise(c, again);
        return 0;
    }
    log_note("libgammu does not read what stands in %s %d; its octets are taken", mem, at->index);
    offer(c, at, &plain);
    return 0;
}

static int read_report(struct child *c, const struct gm_slot *at)
{
    struct tpdu_report r;
    struct line_msg m;
    int smsc = tpdu_smsc(at->pdu, at->n);
    if (tpdu_get_report(at->pdu + smsc, at->n - (size_t)smsc, &r) == 0) {
        line_msg_init(&m, LINE_REPORT);
        m.u.report.ref = r.ref;
        m.u.report.tp_status = r.status;
        m.u.report.status = (uint8_t)gm_report_status(r.status);
        m.u.report.discharge_ms = r.discharge_ms;
        (void)str_copy(m.u.report.number, sizeof m.u.report.number, r.number);
        child_tell(c, &m);
    }
    return gm_delete(&c->m, at->mem, at->index);
}

static int read_place(struct child *c, int mem, int index)
{
    struct gm_slot at, again;
    int rc = gm_look(&c->m, mem, index, &at);
    struct slot *s = slots_at(&c->slots, mem, index);
    if (rc == -ENOENT && s && s->state == SLOT_NOISE)
        slots_drop(&c->slots, s);
    if (rc)
        return rc;
    if (s && s->state != SLOT_NOISE && s->hash == at.hash)
        return 0; /* handed over already */
    switch (at.kind) {
    case STORED_DELIVER:
        for (int i = 0; (rc = read_deliver(c, &at, &again)) == 1 && i < REPLACED_MAX; i++)
            at = again;
        if (rc == 1)
            todo_put(c, mem, index);
        return rc < 0 ? rc : 0;
    case STORED_REPORT:
        return read_report(c, &at);
    case STORED_BAD:
        return read_bad(c, &at);
    case STORED_NOISE:
        read_noise(c, &at);
        return 0;
    default:
        return 0;
    }
}

bool intake_idle(const struct child *c)
{
    return c->todo_at == c->todo.n && !c->list_again;
}

/* Nothing new at a place that was announced: perhaps the text is in the other storage. */
static void look_soon(struct child *c)
{
    int64_t soon = mono_ms() + LOOK_SOON_MS;
    if (c->poll_at > soon)
        c->poll_at = soon;
}

bool intake_step(struct child *c)
{
    int rc;
    if (c->todo_at < c->todo.n) {
        if (c->slots.offered >= CHILD_WINDOW)
            return false;
        struct gm_at at = c->todo.at[c->todo_at++];
        size_t offered = c->slots.offered;
        bool announced = c->todo_at > c->todo_listed;
        rc = read_place(c, at.mem, at.index);
        if (rc != -ENOENT)
            child_judge(c, rc, "reading");
        if (announced && c->slots.offered == offered)
            look_soon(c);
        return true;
    }
    if (!c->list_again)
        return false;
    c->list_again = c->m.q.overflow = false;
    c->todo.n = c->todo_at = 0;
    rc = gm_list(&c->m, &c->todo);
    c->todo_listed = c->todo.n;
    c->poll_at = mono_ms() + (rc ? 2000 : (int64_t)c->o->poll_s * 1000);
    child_judge(c, rc, "listing");
    if (rc == 0)
        c->synced_list = true;
    return true;
}

/* Deletes what was handed over, and nothing else: the place is looked at just before, because a full
 * storage may have put the next text there (or somebody another SIM), which nobody has read. */
static int delete_slot(struct child *c, const struct slot *s)
{
    struct gm_slot at;
    int rc = gm_look(&c->m, s->mem, s->index, &at);
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    if (at.kind == STORED_NOISE && at.hash != s->hash)
        return -EBADMSG;
    if (at.hash != s->hash) {
        todo_put(c, s->mem, s->index);
        return 0;
    }
    return gm_delete(&c->m, s->mem, s->index);
}

static void stuck(struct child *c, struct slot *s)
{
    slots_state(&c->slots, s, SLOT_STUCK);
    slots_later(s, mono_ms());
    if (!c->told_delete)
        child_trouble(c, false, "the modem does not delete a text that was read; its storage may fill up");
    c->told_delete = true;
}

void intake_kept(struct child *c, uint64_t handle)
{
    struct line_msg m;
    struct slot *s = slots_by_handle(&c->slots, handle);
    int rc = s ? delete_slot(c, s) : 0; /* else never stored, or replaced by now */
    if (s && rc == 0)
        slots_drop(&c->slots, s);
    else if (s && !gm_fatal(rc))
        stuck(c, s);
    line_msg_init(&m, LINE_GONE);
    m.u.gone.handle = handle;
    m.u.gone.deleted = rc == 0;
    child_tell(c, &m);
    child_judge(c, rc, "deleting");
}

static void retry_stuck(struct child *c, int64_t now)
{
    for (size_t i = 0; i < c->slots.n; i++) {
        struct slot *s = &c->slots.at[i];
        if (s->state == SLOT_OFFERED || s->retry_ms > now)
            continue;
        if (s->state == SLOT_NOISE) {
            s->retry_ms = now + NOISE_AGAIN_MS;
            todo_put(c, s->mem, s->index);
            return;
        }
        int rc = delete_slot(c, s);
        if (rc == 0)
            slots_drop(&c->slots, s);
        else
            slots_later(s, now);
        child_judge(c, rc, "deleting");
        return; /* one at a time: the modem has other work */
    }
}

static void tell_call(struct child *c, const char *number)
{
    struct line_msg m;
    if (c->call.told)
        return;
    c->call.told = true;
    line_msg_init(&m, LINE_CALL);
    (void)str_copy(m.u.call.number, sizeof m.u.call.number, number);
    child_tell(c, &m);
}

static void end_call(struct child *c)
{
    if (c->call.ringing)
        tell_call(c, ""); /* it rang and no number came */
    c->call.ringing = c->call.told = false;
}

static void tell_ussd(struct child *c, int result, const char *text)
{
    struct line_msg m;
    if (!c->ussd.open)
        return;
    c->ussd.open = false;
    line_msg_init(&m, LINE_USSD_REPLY);
    m.u.ussd.id = c->ussd.id;
    m.u.ussd.result = result;
    (void)str_copy(m.u.ussd.text, sizeof m.u.ussd.text, text);
    child_tell(c, &m);
}

static void on_event(struct child *c, const struct gm_event *e)
{
    struct line_msg m;
    switch (e->kind) {
    case GM_STORED:
        todo_put(c, e->mem, e->index);
        break;
    case GM_DIRECT:
        hand_over(c, &e->u.part, c->next_handle++);
        break;
    case GM_REPORT:
        line_msg_init(&m, LINE_REPORT);
        m.u.report = e->u.report;
        child_tell(c, &m);
        break;
    case GM_RING:
    case GM_CLIP:
        c->call.ringing = true;
        c->call.last = mono_ms();
        if (e->kind == GM_CLIP && e->u.number[0])
            tell_call(c, e->u.number);
        break;
    case GM_CALL_END:
        end_call(c);
        break;
    case GM_USSD:
        tell_ussd(c, e->u.ussd.result, e->u.ussd.text);
        break;
    case GM_RESTARTED:
        c->restarted_at = mono_ms() + BOOT_QUIET_MS; /* more such lines follow, and libgammu stalls on them */
        break;
    }
}

void intake_events(struct child *c)
{
    struct gm_event e;
    while (!c->stop && gm_queue_take(&c->m.q, &e))
        on_event(c, &e);
    if (c->m.q.overflow)
        c->list_again = true;
}

static void set_up_again(struct child *c)
{
    c->restarted_at = 0;
    log_note("the modem has restarted; settings are made again");
    if (child_judge(c, raw_wake(&c->m.port), "waking"))
        return;
    int rc = gm_unlock(&c->m); /* its SIM asks for the PIN again */
    if (rc == -EPERM) {
        child_locked(c);
        return;
    }
    if (child_judge(c, rc, "asking for its SIM") || child_judge(c, gm_notify(&c->m), "setting up"))
        return;
    c->list_again = true;
}

void intake_timers(struct child *c, int64_t now)
{
    if (c->restarted_at && now >= c->restarted_at)
        set_up_again(c);
    if (c->stop)
        return;
    if (c->call.ringing && now - c->call.last > RING_OVER_MS)
        end_call(c);
    if (c->ussd.open && now >= c->ussd.until)
        tell_ussd(c, -ETIMEDOUT, "");
    if (now >= c->poll_at) {
        c->poll_at = now + (int64_t)c->o->poll_s * 1000;
        c->list_again = true;
        int rc = gm_still_notified(&c->m);
        if (rc > 0)
            set_up_again(c);
        else
            child_judge(c, rc, "asking whether it announces texts");
    }
    if (!c->stop)
        retry_stuck(c, now);
}
