// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intake: parts to messages, messages to their forms. Called by serve for each part, inside
 * its transaction. A message that fails is undone alone and parked as 'failed'.
 */
#include "gateway/desk/intake.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/desk/letter.h"
#include "gateway/desk/menu.h"
#include "gateway/desk/part.h"
#include "gateway/desk/room.h"
#include "parsers/fold.h"
#include "store/session.h"
#include "store/tip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOIN_UNITS_MAX ((SMS_TEXT_MAX - 1) / 3) /* so many UTF-16 units always fit */
#define SMSC_TRUST_MS (2 * DAY_MS)
#define LATE_MS DAY_MS

/* Errors of the storage end the whole batch; others only this message. */
static bool is_storage_error(int rc)
{
    return rc == -ENOSPC || rc == -EIO || rc == -EBUSY || rc == -ENOMEM;
}

void letter_sender(struct msg *m, const char *sender)
{
    m->kind = address_kind(sender);
    if (m->kind != ADDRESS_NUMBER || phone_normalize(sender, m->number, sizeof(m->number)) < 0)
        str_copy(m->number, sizeof(m->number), sender);
    m->user = m->kind == ADDRESS_NUMBER ? people_by_phone(&m->d->people, m->number) : NULL;
    m->lost = !m->user && m->kind == ADDRESS_NUMBER && people_lost(&m->d->people, m->d->db, m->number);
}

static int64_t written_at(int64_t smsc_ms, int64_t now_ms)
{
    int64_t off = smsc_ms - now_ms;
    return smsc_ms && off < SMSC_TRUST_MS && off > -SMSC_TRUST_MS ? smsc_ms : now_ms;
}

static void read_meaning(struct msg *m)
{
    char home[PLACE_CODE_SIZE];
    struct understand_ctx ctx = {
        .at_ms = m->at_ms,
        .home_place = m->user ? user_home(m->user, home, sizeof(home)) : NULL,
        .member = m->user != NULL,
    };
    understand(m->d->vocab, &ctx, m->body, strlen(m->body), &m->d->meaning);
    m->m = &m->d->meaning;
}

/* Is this message about a tip? Officers hear the codes of tips; of anybody else only the one
 * who sent it: with his name or as a sender he would be linked to it again, also when its
 * party is erased. So he is a tip's party here, an officer only for a tip of his own. */
static int about_tip(struct msg *m, int64_t *party_id)
{
    struct incident in;
    int64_t own;
    *party_id = 0;
    int rc = m->m->code[0] ? incident_by_code(m->d->db, m->m->code, &in) : -ENOENT;
    if (rc < 0 || strcmp(in.form, "tip") != 0)
        return rc == -ENOENT ? 0 : rc;
    if (!m->user || !user_is_officer(m->user))
        return party_of(m->d->db, PARTY_TIP, m->number, m->now.wall_ms, party_id);
    rc = party_find(m->d->db, PARTY_TIP, m->number, &own);
    if (!rc && own == in.party_id)
        *party_id = own;
    return rc == -ENOENT ? 0 : rc;
}

/* A tip's sender is a party of its own domain, a user stays a user, anyone else is a party. */
static int settle_sender(struct msg *m)
{
    if (m->kind == ADDRESS_NONE)
        return 0;
    int64_t tip_party = 0;
    bool is_tip = !strcmp(m->m->form, "tip");
    int rc = is_tip ? party_of(m->d->db, PARTY_TIP, m->number, m->now.wall_ms, &tip_party) : about_tip(m, &tip_party);
    if (rc < 0)
        return rc;
    if (tip_party) {
        m->user = NULL;
        m->party_id = tip_party;
        m->of_tip = true;
        return is_tip ? tip_used(m->d->db, tip_party, m->now.rel_ms - m->now.rel_ms % DAY_MS) : 0;
    }
    return m->user ? 0 : party_of(m->d->db, PARTY_SENDER, m->number, m->now.wall_ms, &m->party_id);
}

/* SOS, VAO, answers and commands are never taken for a resend. A text without a form may be a
 * member's report, unless a question is open: then it may be the answer, the same as the last. */
static bool can_be_resend(const struct msg *m)
{
    static const char *const forms[] = {"incident", "tip", "supplement"};
    struct question q;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (!strcmp(m->m->form, forms[i]))
            return true;
    if (m->m->ask == DOUBT_FORM && m->m->code[0])
        return false; /* "NHNA 48217": a failed NHAN is always answered */
    if (m->user && !strcmp(m->m->form, "none") && !menu_is_input(m))
        return question_of(m->d->db, m->user->id, 0, &q) == -ENOENT;
    return m->m->def && m->m->def->activity;
}

/* Two machines must not talk to each other: a text of our own that comes back, and a notice of
 * an operator that begins as a tip does. */
static bool is_machine(const struct msg *m)
{
    bool named = m->kind == ADDRESS_ALPHA || m->kind == ADDRESS_SHORT;
    return (named && !strcmp(m->m->form, "tip")) || text_is_own(m->d->cfg, m->body);
}

static int64_t resend_key(const struct msg *m)
{
    if (!can_be_resend(m) || m->kind == ADDRESS_NONE)
        return 0;
    char text[SMS_TEXT_MAX + ADDRESS_SIZE];
    struct sbuf b = sbuf_on(text, sizeof(text));
    sbuf_add(&b, m->number);
    sbuf_addc(&b, '\n');
    int n = fold_text(m->body, strlen(m->body), text + b.len, sizeof(text) - b.len, NULL);
    uint8_t hash[DIGEST_SIZE];
    int64_t key;
    digest(m->d->db, "resend", text, b.len + (n > 0 ? (size_t)n : 0), hash);
    memcpy(&key, hash, sizeof(key));
    return key ? key : 1;
}

static int reply_same(struct msg *m, int64_t incident_id)
{
    struct incident in;
    m->disposition = "same";
    m->incident_id = incident_id;
    if (!incident_id)
        return 0;
    int rc = incident_by_id(m->d->db, incident_id, &in);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    char out[OUT_SIZE];
    rc = text_say(m->d->cfg, in.restricted ? TEXT_RESTRICTED_OK : TEXT_REPORT_SAME, out, sizeof(out), "code", in.code,
                  NULL);
    return rc < 0 ? rc : reply(m, out, true);
}

/* The same report from the same sender within minutes: 0 with its incident, or -ENOENT. */
static int find_same(struct msg *m, int64_t key, int64_t *incident_id)
{
    int64_t id;
    if (!key)
        return -ENOENT;
    int64_t since = m->now.rel_ms - m->d->cfg->resend_window_s * SECOND_MS;
    return message_same(m->d->db, key, since, &id, incident_id);
}

static int link_parts(struct desk *d, struct letter *l, int64_t message_id)
{
    if (l->group_key)
        return part_group_take(d->db, l->group_key, message_id, l->tip_id);
    l->single->message_id = message_id;
    l->single->tip_id = l->tip_id;
    return part_add(d->db, l->single);
}

/* The parts keep what the message keeps: the text as it was changed, or nothing. */
int letter_follow(struct desk *d, struct letter *l, const char *text)
{
    if (l->group_key)
        return part_group_empty(d->db, l->group_key);
    l->masked = *l->single->part;
    l->masked.coding = SMS_UCS2;
    int n = utf8_to_utf16be(text, l->masked.body, sizeof(l->masked.body));
    l->masked.body_len = (uint16_t)(n > 0 ? n : 0);
    l->single->part = &l->masked;
    trace_changed(d->trace, &l->masked);
    return 0;
}

int letter_row(struct msg *m, struct letter *l, const char *form, const char *disposition, int64_t key)
{
    struct message_row row = {
        .line = m->line,
        .user_id = m->user ? m->user->id : 0,
        .party_id = m->party_id,
        .sender_kind = m->kind,
        .received_ms = m->now.wall_ms,
        .received_rel = m->now.rel_ms,
        .smsc_ms = l->smsc_ms,
        .body = m->body,
        .form = form,
        .disposition = disposition,
        .text_key = key,
    };
    int rc = message_add(m->d->db, &row, &m->id);
    return rc < 0 ? rc : link_parts(m->d, l, m->id);
}

/* A PIN behind a code stays in memory alone: not in the message, nor in its part. */
static int hide_pin(struct msg *m, struct letter *l)
{
    int rc = menu_hide_pin(m, l->text);
    if (rc <= 0)
        return rc;
    trace_hidden(m->d->trace);
    return letter_follow(m->d, l, l->text);
}

/* Of a tip: the sealed words leave the message and its parts, before anything is written. */
static int hide_tip(struct msg *m, struct letter *l, char *word)
{
    bool changed;
    l->tip_id = m->of_tip ? m->party_id : 0;
    int rc = apart_hide(m, l->text, word, &changed);
    bool sealed = m->body == word;
    if (rc >= 0 && changed)
        rc = letter_follow(m->d, l, sealed ? "" : l->text);
    if (rc >= 0 && sealed && !l->group_key)
        trace_tip(m->d->trace, m->m);
    return rc;
}

static int settle(struct msg *m, struct letter *l, const char *word)
{
    int rc =
        m->body == word ? apart_keep(m->d, !strcmp(m->m->form, "tip") ? "tip" : "more", m->incident_id, l->text) : 0;
    return rc < 0 ? rc : message_settle(m->d->db, m->id, m->disposition, m->incident_id);
}

/* What was in hand and must not stay in memory. */
static void forget(struct msg *m)
{
    explicit_bzero(m->number, sizeof(m->number));
    if (m->of_tip)
        explicit_bzero(m->d->meaning.text, sizeof(m->d->meaning.text));
}

static int handle_msg(struct msg *m, struct letter *l)
{
    char word[OUT_SIZE];
    read_meaning(m);
    int rc = settle_sender(m);
    if (!rc)
        rc = hide_pin(m, l);
    if (rc < 0)
        return rc;
    if (is_machine(m))
        return letter_row(m, l, "none", "machine", 0);
    if (trace_is_hidden(m->d->trace)) /* journal: it was answered, and what it asked with is gone */
        return letter_row(m, l, m->m->form, "code", 0);
    int64_t key = resend_key(m), same_incident = 0;
    int same = find_same(m, key, &same_incident);
    if (same < 0 && same != -ENOENT)
        return same;
    rc = hide_tip(m, l, word);
    if (!rc)
        rc = letter_row(m, l, m->m->form, "received", same == 0 ? 0 : key);
    if (!rc)
        rc = same == 0 ? reply_same(m, same_incident) : dispatch(m);
    return rc < 0 ? rc : settle(m, l, word);
}

static int handle(struct desk *d, struct letter *l)
{
    struct msg m = {.d = d, .now = service_now(&d->time), .line = l->line, .body = l->text, .disposition = "failed"};
    letter_sender(&m, l->sender);
    m.at_ms = written_at(l->smsc_ms, m.now.wall_ms);
    m.late = late_is(&m, l->smsc_ms);
    int rc = handle_msg(&m, l);
    forget(&m);
    return rc;
}

/* Kept as it came, marked: nobody on whose account it could be guessed further. */
static int park(struct desk *d, struct letter *l, const char *disposition)
{
    struct msg m = {.d = d, .now = service_now(&d->time), .line = l->line, .body = l->text};
    char word[OUT_SIZE];
    int rc = letter_unread(&m, l, "failed", word);
    return rc < 0 ? rc : letter_row(&m, l, "none", disposition, 0);
}

/* The duty desk hears that something lies there that nobody could read; not what: it may be
 * for named officers only. */
static int tell_failed(struct desk *d)
{
    char out[OUT_SIZE];
    int rc = text_say(d->cfg, TEXT_ALERT_FAILED, out, sizeof(out), NULL);
    return rc < 0 ? rc : alert_duty(d, PRIO_ALERT, 0, 0, out);
}

/* One message inside a batch: what fails is undone alone. */
int letter_handle(struct desk *d, struct letter *l)
{
    if (d->careless)
        return handle(d, l);
    int rc = db_save(d->db);
    if (rc < 0)
        return rc;
    rc = handle(d, l);
    if (!rc)
        return db_release(d->db);
    if (is_storage_error(rc))
        return rc;
    log_err("a message could not be handled (%s): kept and marked 'failed'", strerror(-rc));
    rc = db_undo(d->db);
    if (d->trace)
        trace_clear(d->trace);
    /* the undo took back changes that the memory may have: read them again */
    if (!rc)
        rc = desk_rolled_back(d);
    if (!rc)
        rc = park(d, l, "failed");
    return rc < 0 ? rc : tell_failed(d);
}

static int single(struct desk *d, struct part_row *r)
{
    int rc = trace_known(d->trace, part_known(d->db, r));
    if (rc != -ENOENT)
        return rc; /* known: kept already */
    char text[SMS_TEXT_MAX];
    rc = letter_text(r->part, text, sizeof(text));
    if (rc < 0)
        return rc;
    struct letter l = {
        .line = r->line, .sender = r->part->sender, .text = text, .smsc_ms = r->part->smsc_ms, .single = r};
    const char *unshown = part_unshown(r->part);
    return unshown ? park(d, &l, unshown) : letter_handle(d, &l);
}

/* Parts of a group on their way to one text. */
struct join {
    uint8_t *units;
    size_t len, cap;
    int next_seq, total;
    bool first, gap;
    int64_t party_id, smsc_ms;
    char sender[ADDRESS_SIZE];
};

static int join_add(void *ctx, const struct group_part *p)
{
    static const uint8_t dots[] = {0, ' ', 0, '.', 0, '.', 0, '.', 0, ' '};
    struct join *j = ctx;
    bool gap = p->seq != j->next_seq;
    size_t need = p->body_len + (gap ? sizeof(dots) : 0);
    if (j->next_seq == 1) {
        j->smsc_ms = p->smsc_ms;
        j->party_id = p->party_id;
        memcpy(j->sender, p->sender, sizeof(j->sender));
    }
    j->first |= p->seq == 1;
    j->gap |= gap;
    j->total = p->total;
    j->next_seq = p->seq + 1;
    if (j->len + need > j->cap)
        return 0; /* the parts keep what does not fit */
    if (gap) {
        memcpy(j->units + j->len, dots, sizeof(dots));
        j->len += sizeof(dots);
    }
    if (p->coding == SMS_8BIT)
        return 0;
    memcpy(j->units + j->len, p->body, p->body_len);
    j->len += p->body_len;
    return 0;
}

/* Reads the waiting parts of a group into j and text; the caller frees j->units. */
static int join_read(struct desk *d, const uint8_t *group_key, struct join *j, char *text)
{
    j->cap = 2 * (size_t)JOIN_UNITS_MAX;
    j->next_seq = 1;
    j->units = malloc(j->cap);
    if (!j->units)
        return -ENOMEM;
    int rc = part_group_each(d->db, group_key, join_add, j);
    if (rc < 0)
        return rc;
    rc = utf16be_to_utf8(j->units, j->len, text, SMS_TEXT_MAX);
    return rc < 0 ? rc : 0;
}

static int join_complete(struct desk *d, const struct part_row *r)
{
    struct join j = {0};
    char text[SMS_TEXT_MAX];
    int rc = join_read(d, r->group_key, &j, text);
    free(j.units);
    if (rc < 0)
        return rc;
    struct letter l = {
        .line = r->line, .sender = r->part->sender, .text = text, .smsc_ms = j.smsc_ms, .group_key = r->group_key};
    return text[0] ? letter_handle(d, &l) : park(d, &l, "binary");
}

static void hex(const uint8_t *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

static int multi(struct desk *d, struct part_row *r)
{
    char key[2 * DIGEST_SIZE + 1];
    int64_t message_id;
    hex(r->group_key, DIGEST_SIZE, key);
    r->waits = true;
    r->seal_body = true; /* it may be a tip, and whose words they are nobody knows yet */
    int rc = trace_known(d->trace, part_known(d->db, r));
    if (rc != -ENOENT)
        return rc;
    rc = part_add(d->db, r);
    if (rc < 0)
        return rc;
    rc = part_group_message(d->db, r->group_key, r->part->seq, r->received_ms - LATE_MS, &message_id);
    if (!rc)
        return letter_late(d, r, message_id);
    if (rc != -ENOENT)
        return rc;
    int have = part_group_count(d->db, r->group_key);
    if (have < 0)
        return have;
    if (have < r->part->total)
        return job_set(d->db, "parts", key, JOB_REL, service_now(&d->time).rel_ms + d->cfg->join_parts_s * SECOND_MS);
    rc = job_cancel(d->db, "parts", key);
    return rc < 0 ? rc : join_complete(d, r);
}

int desk_part(struct desk *d, const char *line, const struct sms_part *part)
{
    struct part_row r = {.line = line, .part = part, .received_ms = clock_now_ms(d->clock)};
    part_keys(d->db, &r);
    trace_key(d->trace, r.key);
    bool grouped = part->ref_bits && part->total > 1 && part->seq >= 1 && part->seq <= part->total && !part->corrupt &&
                   !part->silent;
    r.grouped = grouped;
    return grouped ? multi(d, &r) : single(d, &r);
}

static bool unhex(const char *text, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned v;
        if (sscanf(text + 2 * i, "%2x", &v) != 1)
            return false;
        out[i] = (uint8_t)v;
    }
    return true;
}

int intake_incomplete(struct desk *d, const char *key)
{
    uint8_t group_key[DIGEST_SIZE];
    char text[SMS_TEXT_MAX];
    struct join j = {0};
    if (strlen(key) != 2 * DIGEST_SIZE || !unhex(key, group_key, DIGEST_SIZE))
        return -EINVAL;
    int rc = join_read(d, group_key, &j, text);
    free(j.units);
    if (rc < 0 || j.next_seq == 1)
        return rc;                  /* taken in the meantime */
    if (!j.sender[0] && j.party_id) /* it waits since before schema 3 */
        rc = party_number(d->db, j.party_id, j.sender, sizeof(j.sender));
    if (rc < 0 && rc != -ENOENT && rc != -EPERM)
        return rc;
    struct letter l = {.line = "", .sender = j.sender, .text = text, .smsc_ms = j.smsc_ms, .group_key = group_key};
    rc = j.first ? letter_handle(d, &l) : letter_headless(d, &l);
    explicit_bzero(j.sender, sizeof(j.sender));
    return rc;
}
