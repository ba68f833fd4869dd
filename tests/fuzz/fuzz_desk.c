// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An evening at the desk, one step a line; after each step what the product promises must hold.
 *   m BC man de trom   a text (who: see SENDERS; {1} the newest code, {2} the one before, {i} the last invite)
 *   m&1312 text        part 2 of 3 with reference 1, 16 bit (8 bit: 0)
 *   m%octets  m!octets an 8-bit text; octets that could not be decoded
 *   m~   m*1*2         a missed call; a menu by USSD
 *   +90m               time goes by (s m h d), what falls due is done; ^-90m: only the wall clock jumps
 *   =dfunar            what the network did with all that is to go out: delivered, failed, unknown, not delivered,
 *                      away, refused
 *   @d @u @s           the modem is down, up, its SIM is full
 *   $text  ?code  'inputs  Iinvite  R  S      balance, console's code and menu, invite, reload, start after a crash
 */
#include "tests/fuzz/world.h"

#include "gateway/base/gsm7.h"
#include "gateway/base/mask.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf.h"
#include "gateway/desk/menu.h"
#include "gateway/desk/spare.h"
#include "store/delivery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define STEPS_MAX 24
#define JOBS_AT_ONCE 400
#define LINE "gsm1"

static const struct {
    char letter;
    const char *number;
} SENDERS[] = {
    {'m', "+84912000001"},
    {'n', "+84912000004"},
    {'l', "+84912000002"},
    {'p', "+84912000003"},
    {'h', "+84912000026"},
    {'k', "+84912000005"},
    {'j', "0912000006"},
    {'a', "+84903000001"},
    {'b', "+84903000003"},
    {'d', "+84903000002"},
    {'e', "+84903000005"},
    {'c', "+84909000001"},
    {'x', "+84912000090"},
    {'y', "84912000091"},
    {'z', "+84912000092"},
    {'s', "1414"},
    {'v', "VIETTEL"},
    {'o', "+84900000000"},
    {'w', ""},
    {'f', "+12025550100"},
};

struct evening {
    struct world *w;
    char invite[16];
    int64_t outbox_seen;
    int ref;
};

static const char *number_of(char letter)
{
    for (size_t i = 0; i < ARRAY_LEN(SENDERS); i++)
        if (SENDERS[i].letter == letter)
            return SENDERS[i].number;
    return NULL;
}

static void fine(int rc, const char *what)
{
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", what, strerror(-rc));
    if (rc < 0)
        abort();
}

/* --- what must hold ------------------------------------------------------------------------ */

/* Each is prepared once: they are asked after every step. $1: the outbox row that was the last before it. */
struct promise {
    const char *what, *broken_by;
    sqlite3_stmt *st;
};

static void holds(struct evening *e, struct promise *p, int64_t before)
{
    if (!p->st)
        must_hold(sqlite3_prepare_v2(e->w->db->engine, p->broken_by, -1, &p->st, NULL) == SQLITE_OK, p->what);
    sqlite3_bind_int64(p->st, 1, before);
    if (sqlite3_step(p->st) == SQLITE_ROW) {
        fprintf(stderr, "%s: broken by row %s\n", p->what, (const char *)sqlite3_column_text(p->st, 0));
        abort();
    }
    sqlite3_reset(p->st);
}

/* Whom to call, the number of the examples, and which phone of the roster is to be revoked, are said in full. */
static void take_away_allowed(struct evening *e, char *text)
{
    for (char *p = text; (p = strstr(p, "113 114 115"));)
        memset(p, 'n', 11);
    for (char *p = text; (p = strstr(p, "0912345678"));)
        memset(p, 'n', 10);
    for (char *p = text; (p = strstr(p, "KHOA 0")); p += 5) {
        char number[11], e164[20];
        snprintf(number, sizeof(number), "%s", p + 5);
        if (phone_normalize(number, e164, sizeof(e164)) == 0 && people_by_phone(&e->w->desk->people, e164))
            memset(p + 5, 'n', 10);
    }
}

static void check_text(struct evening *e, const char *body)
{
    char masked[600], plain[600];
    int septets = gsm7_septets(body);
    snprintf(plain, sizeof(plain), "%s", body);
    take_away_allowed(e, plain);
    memcpy(masked, plain, sizeof(masked));
    mask_numbers(masked);
    if (septets < 1 || septets > GSM7_SINGLE_SEPTETS || strcmp(masked, plain) != 0) {
        fprintf(stderr, "no text to send, or a number in it: %d septets: %s\n", septets, body);
        abort();
    }
}

static void check_new_texts(struct evening *e)
{
    static sqlite3_stmt *st;
    if (!st)
        must_hold(sqlite3_prepare_v2(e->w->db->engine, "SELECT id, body FROM outbox WHERE id > ? ORDER BY id", -1, &st,
                                     NULL) == SQLITE_OK,
                  "a query");
    sqlite3_bind_int64(st, 1, e->outbox_seen);
    while (sqlite3_step(st) == SQLITE_ROW) {
        check_text(e, (const char *)sqlite3_column_text(st, 1));
        e->outbox_seen = sqlite3_column_int64(st, 0);
    }
    sqlite3_reset(st);
}

#define TEAM "('member','deputy','leader','village_head')"

static void check(struct evening *e)
{
    static struct promise promises[] = {
        {"every message has a disposition",
         "SELECT id || ' ' || disposition FROM message WHERE disposition IN ('', 'received', 'failed') LIMIT 1", NULL},
        {"a tip is linked to no member",
         "SELECT id FROM message WHERE form = 'tip' AND disposition = 'tip' AND user_id IS NOT NULL LIMIT 1", NULL},
        {"a code is one incident's",
         "SELECT code FROM incident WHERE code_held = 1 GROUP BY code HAVING COUNT(*) > 1 LIMIT 1", NULL},
        {"a tip never goes to the team",
         "SELECT o.id || ' ' || o.body FROM outbox o JOIN \"user\" u ON u.id = o.user_id JOIN incident i "
         "ON i.id = o.incident_id WHERE o.id > $1 AND u.role IN " TEAM " AND i.form = 'tip' LIMIT 1",
         NULL},
        {"a restricted report stays among the named officers and who made it",
         "SELECT o.id || ' ' || i.kind || ': ' || o.body FROM outbox o JOIN \"user\" u ON u.id = o.user_id JOIN "
         "incident i "
         "ON i.id = o.incident_id WHERE o.id > $1 AND u.role IN " TEAM " AND i.restricted = 1 AND NOT EXISTS "
         "(SELECT 1 FROM message m WHERE m.user_id = u.id AND m.id = o.message_id) "
         "AND i.user_id IS NOT u.id LIMIT 1",
         NULL},
        {"what is restricted names no kind to the team",
         "SELECT o.id || ' ' || o.body FROM outbox o JOIN \"user\" u ON u.id = o.user_id JOIN incident i ON i.id = "
         "o.incident_id "
         "WHERE o.id > $1 AND u.role IN " TEAM
         " AND i.restricted = 1 AND (instr(o.body, 'BAOHANH') OR instr(o.body, 'TRENGUY') "
         "OR instr(o.body, 'bao luc') OR instr(o.body, 'tre em')) LIMIT 1",
         NULL},
    };
    int64_t before = e->outbox_seen;
    check_new_texts(e);
    for (size_t i = 0; i < ARRAY_LEN(promises); i++)
        holds(e, &promises[i], before);
}

/* --- time ------------------------------------------------------------------------------------ */

static void run_due(struct evening *e)
{
    struct desk *d = e->w->desk;
    struct job job, last = {0};
    int again = 0;
    if (desk_now(d).rel_ms >= desk_overseer_next(d))
        fine(desk_overseer(d), "the overseer");
    if (desk_calendar_moved(d))
        fine(desk_calendar(d), "the calendar");
    for (int i = 0; i < JOBS_AT_ONCE; i++) {
        struct now now = desk_now(d);
        int rc = job_due(e->w->db, now.rel_ms, now_calendar(now), &job);
        if (rc == -ENOENT)
            return;
        fine(rc, "job_due");
        if (!strcmp(job.kind, "balance")) { /* the ticker's own */
            fine(job_delay(e->w->db, job.id, HOUR_MS), "job_delay");
            continue;
        }
        bool same = job.due_ms == last.due_ms && !strcmp(job.kind, last.kind) && !strcmp(job.key, last.key);
        if ((again = same ? again + 1 : 0) > 2) {
            fprintf(stderr, "job %s %s stays due\n", job.kind, job.key);
            abort();
        }
        last = job;
        fine(desk_job(d, &job), job.kind);
    }
}

static int64_t span_ms(const char *s, size_t n)
{
    int64_t v = 0;
    size_t i = 0;
    for (; i < n && i < 5 && s[i] >= '0' && s[i] <= '9'; i++)
        v = v * 10 + (s[i] - '0');
    char unit = i < n ? s[i] : 'm';
    int64_t ms = v * (unit == 's' ? SECOND_MS : unit == 'h' ? HOUR_MS : unit == 'd' ? DAY_MS : MINUTE_MS);
    return ms < 400 * DAY_MS ? ms : 400 * DAY_MS;
}

/* A few stops on the way, as it would be; what is left of the way in one go, as after a power cut. */
static void wait_for(struct evening *e, const char *s, size_t n)
{
    int64_t left = span_ms(s, n);
    for (int stops = 0; left > 0 && stops < 12; stops++) {
        struct now now = desk_now(e->w->desk);
        int64_t rel, wall, step = left;
        fine(job_next(e->w->db, &rel, &wall), "job_next");
        if (rel - now.rel_ms < step)
            step = rel - now.rel_ms;
        if (wall - now_calendar(now) < step)
            step = wall - now_calendar(now);
        step = step < SECOND_MS ? SECOND_MS : step;
        step = step > left ? left : step;
        clock_advance(e->w->clock, step);
        left -= step;
        run_due(e);
    }
    clock_advance(e->w->clock, left);
    run_due(e);
}

/* --- texts ----------------------------------------------------------------------------------- */

/* The newest codes, which the one who writes the input can not know. */
static void add_code(struct evening *e, char which, char *out, size_t size)
{
    char sql[120];
    if (which == 'i') {
        snprintf(out, size, "%s", e->invite);
        return;
    }
    snprintf(sql, sizeof(sql), "SELECT code FROM incident ORDER BY id DESC LIMIT 1 OFFSET %d", which - '1');
    fine(db_exec(e->w->db, sql, out, size), "a code");
}

static size_t fill_in(struct evening *e, const char *s, size_t n, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < n && len + 16 < size; i++) {
        if (s[i] == '{' && i + 2 < n && s[i + 2] == '}' && strchr("123456789i", s[i + 1])) {
            add_code(e, s[i + 1], out + len, 16);
            len += strlen(out + len);
            i += 2;
        } else {
            out[len++] = s[i] ? s[i] : ' ';
        }
    }
    out[len] = '\0';
    return len;
}

static void give(struct evening *e, struct sms_part *p, const char *number)
{
    snprintf(p->sender, sizeof(p->sender), "%s", number);
    p->smsc_ms = clock_now_ms(e->w->clock);
    fine(desk_part(e->w->desk, LINE, p), "desk_part");
}

static void raw_part(struct evening *e, const char *number, bool corrupt, const char *s, size_t n)
{
    struct sms_part p = {.total = 1, .seq = 1, .coding = SMS_8BIT, .corrupt = corrupt};
    p.body_len = (uint16_t)(n < sizeof(p.body) ? n : sizeof(p.body));
    memcpy(p.body, s, p.body_len);
    give(e, &p, number);
}

static void text(struct evening *e, const char *number, struct sms_part *p, const char *s, size_t n)
{
    char raw[700], clean[SMS_TEXT_MAX];
    size_t len = fill_in(e, s, n < 600 ? n : 600, raw, sizeof(raw));
    if (utf8_clean(raw, len, clean, sizeof(clean)) < 0)
        return;
    int units = -1;
    for (size_t cut = strlen(clean); units < 0; cut--) { /* what fits */
        clean[cut] = '\0';
        units = utf8_to_utf16be(clean, p->body, sizeof(p->body));
    }
    p->body_len = (uint16_t)units;
    give(e, p, number);
}

static int digit(char c, int least)
{
    int v = c >= '0' && c <= '9' ? c - '0' : 1;
    return v < least ? least : v;
}

static void part_of_text(struct evening *e, const char *number, const char *s, size_t n)
{
    struct sms_part p = {.total = 1, .seq = 1};
    if (n < 4)
        return;
    p.ref = (uint16_t)digit(s[0], 0);
    p.ref_bits = s[1] == '1' ? 16 : 8;
    p.total = (uint8_t)digit(s[2], 1);
    p.seq = (uint8_t)digit(s[3], 1);
    if (p.seq <= p.total) /* line_check sees to that */
        text(e, number, &p, s + 4, n - 4);
}

static void session(struct evening *e, const char *number, const char *s, size_t n)
{
    char typed[400], out[PAGER_OUT_SIZE + 600];
    bool end = false;
    fill_in(e, s, n < 360 ? n : 360, typed, sizeof(typed));
    int rc = number ? desk_session(e->w->desk, number, typed, 160, out, sizeof(out), &end)
                    : desk_console(e->w->desk, "7", typed, out, sizeof(out), &end);
    fine(rc, "a session");
    if (number && (gsm7_septets(out) < 0 || strlen(out) > 160))
        abort();
}

static void from_phone(struct evening *e, const char *number, const char *s, size_t n)
{
    struct sms_part p = {.total = 1, .seq = 1};
    char what = n ? *s : ' ';
    if (what == '~')
        fine(desk_call(e->w->desk, LINE, number), "a call");
    else if (what == '*')
        session(e, number, s + 1, n - 1);
    else if (what == '&')
        part_of_text(e, number, s + 1, n - 1);
    else if (what == '%' || what == '!')
        raw_part(e, number, what == '!', s + 1, n - 1);
    else
        text(e, number, &p, s + (what == ' ' && n), n - (what == ' ' && n));
    clock_advance(e->w->clock, SECOND_MS);
}

/* --- the way out ------------------------------------------------------------------------------- */

static void send_one(struct evening *e, const struct outbox_row *row, char how)
{
    struct desk *d = e->w->desk;
    struct now now = desk_now(d);
    char number[ADDRESS_SIZE];
    bool may = false;
    int rc = desk_recipient(d, row, number, sizeof(number));
    if (rc == -ENOENT) {
        fine(outbox_failed(e->w->db, row->id, 0), "outbox_failed");
        fine(desk_unsent(d, row->id), "desk_unsent");
        return;
    }
    fine(rc, "desk_recipient");
    if (number[0] != '+' || !strcmp(number, "+84900000000"))
        abort(); /* a short code, a name or the gateway itself is never answered */
    fine(desk_may_send(d, row, &may), "desk_may_send");
    if (!may)
        return;
    int ref = e->ref = (e->ref + 1) & 0xFF;
    fine(outbox_sending(e->w->db, row->id, LINE), "outbox_sending");
    if (how == 'f' || how == 'r') {
        fine(desk_not_sent(d, row), "desk_not_sent");
        fine(how == 'f' ? outbox_failed(e->w->db, row->id, 38) : outbox_retry(e->w->db, row->id, now.rel_ms + 5000, 38),
             "given back");
        fine(how == 'f' ? desk_unsent(d, row->id) : 0, "desk_unsent");
        if (row->priority <= PRIO_ALERT)
            fine(how == 'f' ? spare_undelivered(d, row->id) : spare_after_try(d, row->id, row->attempts + 1), "spare");
        return;
    }
    if (how == 'u') {
        fine(outbox_unknown(e->w->db, row->id, now.rel_ms + 5000), "outbox_unknown");
        return;
    }
    fine(outbox_sent(e->w->db, row->id, ref, now.wall_ms), "outbox_sent");
    fine(how == 'a' ? desk_away(d, LINE, ref, number) : desk_report(d, LINE, ref, number, how != 'n'), "a report");
}

static void send_all(struct evening *e, char how)
{
    static struct outbox_row rows[16];
    int64_t now_rel = desk_now(e->w->desk).rel_ms;
    fine(outbox_expire(e->w->db, now_rel), "outbox_expire");
    for (int round = 0; round < 6; round++) {
        int n = outbox_due(e->w->db, now_rel, rows, ARRAY_LEN(rows));
        fine(n, "outbox_due");
        for (int i = 0; i < n; i++)
            send_one(e, &rows[i], how);
        if (n == 0)
            return;
    }
}

/* --- the rest of the box ------------------------------------------------------------------------- */

static void line_says(struct evening *e, char what)
{
    struct line_state s = {.line = LINE, .state = "up", .signal_dbm = -71, .registration = 1, .sim = 1};
    s.sim_total = 50;
    s.sim_used = what == 's' ? 50 : 3;
    if (what == 'd')
        snprintf(s.state, sizeof(s.state), "down");
    fine(desk_line(e->w->desk, &s), "desk_line");
}

static void invite(struct evening *e, const char *s)
{
    char out[600];
    int rc = desk_invite(e->w->desk, s, out, sizeof(out));
    if (rc == -EINVAL)
        return;
    fine(rc, "desk_invite");
    size_t n = strcspn(out, "0123456789");
    snprintf(e->invite, sizeof(e->invite), "%.*s", (int)strspn(out + n, "0123456789"), out + n);
}

static void start_again(struct evening *e)
{
    fine(desk_save_time(e->w->desk), "desk_save_time");
    fine(desk_start(e->w->desk), "desk_start");
}

static void reload(struct evening *e)
{
    struct problems *p = problems_new();
    fine(desk_reload(e->w->desk, e->w->cfg, p), "desk_reload");
    problems_free(p);
}

static void box(struct evening *e, const char *s, size_t n)
{
    char arg[600], out[PAGER_OUT_SIZE + 600];
    size_t len = fill_in(e, s + 1, n - 1 < 500 ? n - 1 : 500, arg, sizeof(arg));
    switch (*s) {
    case '=':
        for (size_t i = 0; i < len && i < 2; i++)
            send_all(e, arg[i]);
        break;
    case '@':
        line_says(e, arg[0]);
        break;
    case '$':
        fine(desk_balance(e->w->desk, LINE, arg[0] == '!' ? -ETIMEDOUT : 0, arg), "desk_balance");
        break;
    case '?':
        if (desk_code(e->w->desk, arg, out, sizeof(out)) == 0)
            check_text(e, out);
        break;
    case '\'':
        session(e, NULL, s + 1, n - 1);
        break;
    case 'I':
        invite(e, arg);
        break;
    case 'S':
        start_again(e);
        break;
    case 'R':
        reload(e);
        break;
    }
}

static void step(struct evening *e, const char *s, size_t n)
{
    const char *number = n > 1 ? number_of(*s) : NULL;
    if (number)
        from_phone(e, number, s + 1, n - 1);
    else if (*s == '+')
        wait_for(e, s + 1, n - 1);
    else if (*s == '^')
        clock_jump(e->w->clock, n > 1 && s[1] == '-' ? -span_ms(s + 2, n - 2) : span_ms(s + 1, n - 1));
    else
        box(e, s, n);
    run_due(e);
}

/* Nothing waits for ever: a quarter of an hour later every part belongs to a message, and no text is under way. */
static void check_end(struct evening *e)
{
    static struct promise parts = {"every part belongs to a message",
                                   "SELECT id FROM part WHERE message_id IS NULL LIMIT 1", NULL};
    wait_for(e, "15m", 3);
    check(e);
    holds(e, &parts, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct world *w;
    if (!w)
        w = world_new();
    struct evening e = {.w = w};
    const char *s = (const char *)data, *end = s + n;
    world_begin(w);
    for (int i = 0; s < end && i < STEPS_MAX; i++) {
        const char *eol = memchr(s, '\n', (size_t)(end - s));
        size_t len = (size_t)((eol ? eol : end) - s);
        if (len) {
            step(&e, s, len);
            check(&e);
        }
        s += len + 1;
    }
    check_end(&e);
    world_end(w);
    return 0;
}
