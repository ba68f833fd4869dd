// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The town around the box of box.h: people who text, a SIM that keeps their texts until the service says `kept`, an
 * air that remembers every text the service sent. None of it knows of power cuts. A script of some fifty messages,
 * everything the service does once, is told step by step; a step whose text is on the SIM has happened, and
 * whatever becomes of the box, its end must be the same as in a life without a cut (town_account.h compares).
 */
#ifndef TB_TESTS_TOWN_H
#define TB_TESTS_TOWN_H

#include "gateway/base/civil.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"

#include "tests/faults/box.h"

#define TOWN_START_MS 1794492000000LL /* 2026-11-12, 21:00 there */
#define TOWN_STEP_MS 7000
#define TOWN_STEPS 80
#define TOWN_PARTS 120
#define TOWN_SENDS 1200
#define TOWN_ROUNDS 3000

/* `who` says `text`; {x} in it is the code of the incident of the step labelled x. Without who: time passes. */
struct town_say {
    const char *who, *text;
    char label;
    int64_t wait_ms;
    int only_part; /* of a text in two parts: the other never comes */
};

#define AN "+84912000001"
#define BINH "+84912000002"
#define CUONG "+84912000003"
#define DUNG "+84912000004"
#define EM "+84912000005"
#define HA7 "+84912000007"
#define HUNG "+84912000010"
#define OFFICER "+84903000001"
#define OFFICER2 "+84903000003"
#define DUTY "+84903000002"
#define CHIEF "+84909000001"
#define STRANGER(n) "+8491200009" #n
#define LONG_TEXT                                                                                                      \
    "BC kim lan chay nha kho cua hop tac xa, lua da lan sang mai ben canh, gio to, co hai nguoi gia trong nha chua "   \
    "ra duoc, can xe chua chay va nguoi phu giup, duong vao bi chan boi xe tai do truoc cong, ai gan thi den ngay, "   \
    "chung toi dang dung xo mang nuoc tu ao, tran trong bao cao de cac anh biet ma chi dao them"

static const struct town_say TOWN_SCRIPT[] = {
    {AN, "VAO", 0, 0, 0},
    {BINH, "VAO", 0, 0, 0},
    {EM, "VAO", 0, 0, 0},
    {DUNG, "TUAN BD 4", 0, 0, 0},
    {AN, "BC man de trom mat xe wave truoc cua nha ong Ba", 'a', 0, 0},
    {OFFICER, "NHAN {a}", 0, 0, 0},
    {BINH, "BC man de danh nhau o dau cau co 5 nguoi", 'b', 0, 0},
    {EM, LONG_TEXT, 'c', 0, 0},
    {AN, "CM {b}", 0, 0, 0},
    {OFFICER, "NHAN {b}", 0, 0, 0},
    {STRANGER(0), "TIN man de co danh bac o quan nuoc", 't', 0, 0},
    {STRANGER(1), "BC man de co nguoi dot phao", 'p', 0, 0},
    {HA7, "SOS", 's', 0, 0},
    {DUTY, "NHAN {s}", 0, 0, 0},
    {HA7, "ANTOAN", 0, 0, 0},
    {HUNG, "BC bao hanh danh vo o cuoi xom", 'r', 0, 0},
    {OFFICER2, "NHAN {r}", 0, 0, 0},
    {OFFICER, "BC danh nhau o cau", 'q', 0, 0},
    {OFFICER, "1", 0, 0, 0},
    {AN, "THEM {a} 2 nguoi di xe den", 0, 0, 0},
    {AN, "SUA {a} LOAI cuop", 0, 0, 0},
    {BINH, "HOP man de 25 3", 0, 0, 0},
    {BINH, "LOA man de 15 pccc", 0, 0, 0},
    {BINH, "TOT man de tra lai vi", 0, 0, 0},
    {CUONG, "BC man de co bac o nha hoang", 'k', 0, 0},
    {CUONG, "HUY {k} bao nham", 0, 0, 0},
    {CUONG, "BC man de ma tuy kim tiem sau dinh", 'm', 0, 0},
    {CUONG, "BC man de ma tuy kim tiem sau dinh", 0, 0, 0}, /* the same once more */
    {NULL, NULL, 0, 4 * MINUTE_MS, 0},                      /* what nobody took climbs */
    {DUTY, "DIEU {c}", 0, 0, 0},
    {HA7, "CM {c}", 0, 0, 0},
    {OFFICER, "NHAN {c}", 0, 0, 0},
    {DUTY, "TRALOI {t} cam on, dang xuong", 0, 0, 0},
    {STRANGER(0), "THEM {t} bien so 29A", 0, 0, 0},
    {CHIEF, "*1#", 0, 0, 0},
    {CHIEF, "*2#", 0, 0, 0},
    {STRANGER(2), "alo anh oi", 0, 0, 0},
    {STRANGER(3), "HD", 0, 0, 0},
    {STRANGER(4), "NGUNG", 0, 0, 0},
    {"Viettel", "Khuyen mai 50% the nap hom nay", 0, 0, 0},
    {STRANGER(5), "man de trom cho, nguoi ta chay ve phia cau, di xe khong bien so", 0, 0, 2},
    {NULL, NULL, 0, 12 * MINUTE_MS, 0}, /* the half of it that came is read alone */
    {OFFICER, "XONG {a} da bat giao", 0, 0, 0},
    {OFFICER, "XONG {b} hoa giai", 0, 0, 0},
    {HUNG, "BC dua xe rat dong", 'g', 0, 0},
    {OFFICER2, "NHAN {g}", 0, 0, 0},
    {DUNG, "TUAN KT", 0, 0, 0},
    {HA7, "mat dien toi qua", 0, 0, 0},
    {HUNG, "NGUNG", 0, 0, 0},
    {DUTY, "NHAN {p}", 0, 0, 0},
    {EM, "XEM {c}", 0, 0, 0},
    {AN, "DULIEU", 0, 0, 0},
    {NULL, NULL, 0, 40 * MINUTE_MS, 0}, /* questions end, alerts repeat */
    {AN, "RA", 0, 0, 0},
    {BINH, "RA", 0, 0, 0},
    {NULL, NULL, 0, 10 * HOUR_MS, 0}, /* the night ends: digests, a forgotten RA */
};
#define TOWN_SCRIPT_N ((int)(sizeof(TOWN_SCRIPT) / sizeof(TOWN_SCRIPT[0])))

struct town_part {
    struct sms_part part;
    bool on_sim;
    int step;
};

struct town_send {
    int64_t id;
    char number[ADDRESS_SIZE];
    uint64_t text; /* hash */
};

struct town {
    int64_t wall_ms, boot_ms;
    int life; /* boots of the box */
    int step; /* the next of the script */
    int cuts;
    int64_t waited_ms;
    uint32_t seed;
    bool holds[TOWN_STEPS]; /* told together with the next one, in one batch */
    int64_t smsc_ms[TOWN_STEPS];
    int n_parts, n_sends;
    struct town_part part[TOWN_PARTS];
    struct town_send send[TOWN_SENDS];
    bool patient; /* a pause before something is tried again is waited for */
    bool passed;  /* the time before this step has passed already */
    bool wrong;
    /* Something of the world's happened: the power may go here. May be NULL. */
    void (*point)(const char *what);
    /* Time has passed; nothing of the box is on the stack: it may be started anew here. May be NULL. */
    void (*passed_by)(void);
};

static inline void town_point(struct town *t, const char *what)
{
    if (t->point)
        t->point(what);
}

static inline void town_begin(struct town *t, uint32_t seed)
{
    uint32_t x = seed * 2246822519U + 7;
    memset(t, 0, sizeof(*t));
    t->seed = seed;
    t->wall_ms = TOWN_START_MS;
    t->boot_ms = 50000000;
    for (int i = 0; i < TOWN_SCRIPT_N; i++)
        t->holds[i] = disk_random(&x, 3) == 0;
}

/* --- the line ----------------------------------------------------------------------------- */

static inline uint64_t town_hash(const uint8_t *p, size_t n)
{
    uint64_t h = 1469598103934665603ULL;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211ULL;
    return h;
}

static inline void town_hand_over(struct town *t, struct box *b, int i)
{
    struct line_msg m;
    line_msg_init(&m, LINE_PART);
    m.u.part.handle = (uint64_t)i + 1 + 1000 * (uint64_t)t->life;
    m.u.part.part = t->part[i].part;
    if (line_put(b->fd, &m))
        t->wrong = true; /* the socket takes hundreds */
}

/* The text is in the air, and cannot be called back. */
static inline void town_sent(struct town *t, struct box *b, const struct line_send *s)
{
    struct line_msg m;
    if (t->n_sends == TOWN_SENDS) {
        t->wrong = true;
        return;
    }
    struct town_send *k = &t->send[t->n_sends++];
    k->id = (int64_t)s->id;
    str_copy(k->number, sizeof(k->number), s->part.sender);
    k->text = town_hash(s->part.body, s->part.body_len);
    town_point(t, "sent");
    line_msg_init(&m, LINE_SENT);
    m.u.sent.id = s->id;
    m.u.sent.result = SENT_OK;
    m.u.sent.ref = (uint8_t)t->n_sends;
    if (line_put(b->fd, &m))
        t->wrong = true;
    line_msg_init(&m, LINE_REPORT);
    m.u.report.ref = (uint8_t)t->n_sends;
    m.u.report.status = REPORT_DELIVERED;
    str_copy(m.u.report.number, sizeof(m.u.report.number), s->part.sender);
    if (s->want_report && line_put(b->fd, &m))
        t->wrong = true;
}

/* What the core told the line; how many. */
static inline int town_listen(struct town *t, struct box *b)
{
    struct line_msg m;
    int n = 0;
    for (; line_get(b->fd, &m) == 1; n++) {
        town_point(t, "told");
        if (m.type == LINE_SEND) {
            town_sent(t, b, &m.u.send);
        } else if (m.type == LINE_KEPT) {
            uint64_t i = m.u.kept.handle - 1 - 1000 * (uint64_t)t->life;
            if (i >= (uint64_t)t->n_parts || !t->part[i].on_sim)
                t->wrong = true;
            else
                t->part[i].on_sim = false; /* deleted, for ever */
            town_point(t, "deleted");
        }
    }
    return n;
}

/* Until nothing moves any more. */
static inline void town_settle(struct town *t, struct box *b)
{
    int idle = 0;
    for (int round = 0; idle < 3 && round < TOWN_ROUNDS; round++) {
        uint64_t before = b->w.changes;
        int n = town_listen(t, b);
        event_base_loop(b->w.base, EVLOOP_NONBLOCK);
        box_turn(b);
        idle = n || b->w.changes != before ? 0 : idle + 1;
        if (idle == 3 && t->patient && box_waits(b) && round < 300) {
            disk_mono_us += 1000000;
            idle = 0;
        }
    }
}

/* --- the script --------------------------------------------------------------------------- */

static inline void town_code(const struct town *t, struct box *b, char label, char *out, size_t size)
{
    char sql[200];
    int step = 0;
    while (step < t->step && TOWN_SCRIPT[step].label != label)
        step++;
    snprintf(sql, sizeof(sql),
             "SELECT i.code FROM incident i JOIN message m ON m.id = i.message_id WHERE m.smsc_ms = %lld",
             (long long)t->smsc_ms[step]);
    disk.quiet++;
    if (db_exec(b->w.db, sql, out, size) || !out[0])
        str_copy(out, size, "00000");
    disk.quiet--;
}

static inline void town_text(const struct town *t, struct box *b, const char *from, char *out, size_t size)
{
    struct sbuf s = sbuf_on(out, size);
    char code[16];
    for (; *from; from++) {
        if (*from == '{') {
            town_code(t, b, from[1], code, sizeof(code));
            sbuf_add(&s, code);
            from += 2;
        } else {
            sbuf_addc(&s, *from);
        }
    }
}

/* The text arrives at the SIM, its parts in any order. */
static inline void town_say_it(struct town *t, struct box *b, const struct town_say *say)
{
    char text[600];
    uint8_t body[1400];
    uint32_t x = t->seed + 31 * (uint32_t)t->step + 1;
    town_text(t, b, say->text, text, sizeof(text));
    int octets = utf8_to_utf16be(text, body, sizeof(body));
    int each = say->only_part ? 60 : 306, n = octets <= (say->only_part ? 60 : 320) ? 1 : (octets + each - 1) / each;
    int first = t->n_parts, turn = (int)disk_random(&x, (uint32_t)n);
    t->smsc_ms[t->step] = t->wall_ms / 1000 * 1000;
    for (int k = 0; k < n; k++) {
        int seq = (k + turn) % n, from = seq * each, len = octets - from < each ? octets - from : each;
        if (say->only_part && seq + 1 != say->only_part)
            continue;
        struct town_part *p = &t->part[t->n_parts++];
        memset(p, 0, sizeof(*p));
        str_copy(p->part.sender, sizeof(p->part.sender), say->who);
        p->part.smsc_ms = t->smsc_ms[t->step];
        p->part.ref = n > 1 ? (uint16_t)(t->step + 1) : 0;
        p->part.ref_bits = n > 1 ? 8 : 0;
        p->part.total = (uint8_t)n;
        p->part.seq = (uint8_t)(seq + 1);
        p->part.body_len = (uint16_t)len;
        memcpy(p->part.body, body + from, (size_t)len);
        p->on_sim = true;
        p->step = t->step;
    }
    t->passed = false;
    t->step++; /* from here on it has been said */
    for (int i = first; i < t->n_parts; i++)
        town_hand_over(t, b, i);
}

/* So long until something is due; not less than least_ms, which grows while what is due is not done. */
static inline int64_t town_next_ms(struct town *t, struct box *b, int64_t left_ms, int64_t *least_ms)
{
    disk.quiet++;
    int64_t next_ms = ticker_next_wall(b->ticker) - t->wall_ms, rel = sender_next_rel(b->sender);
    int64_t send_ms = rel == INT64_MAX ? INT64_MAX : rel - desk_now(b->w.desk).rel_ms;
    disk.quiet--;
    next_ms = send_ms < next_ms ? send_ms : next_ms;
    if (next_ms >= *least_ms) {
        *least_ms = 100;
    } else {
        next_ms = *least_ms;
        *least_ms *= *least_ms < MINUTE_MS ? 2 : 1;
    }
    return next_ms > left_ms ? left_ms : next_ms;
}

static inline void town_pass(struct town *t, struct box *b, int64_t ms)
{
    clock_advance(b->w.clock, ms);
    t->wall_ms += ms;
    t->boot_ms += ms;
    disk_mono_us += 1000 * ms;
    if (t->passed_by)
        t->passed_by();
    ticker_run(b->ticker, 64);
    sender_wake(b->sender);
}

/* Time passes, from one moment at which something is due to the next. */
static inline void town_wait(struct town *t, struct box *b, int64_t wait_ms)
{
    int64_t least_ms = 100;
    while (t->waited_ms < wait_ms) {
        int64_t ms = town_next_ms(t, b, wait_ms - t->waited_ms, &least_ms);
        t->waited_ms += ms; /* first: the power may go in the midst of it */
        town_pass(t, b, ms);
        town_settle(t, b);
    }
    t->waited_ms = 0;
    t->step++;
}

/* Can the next text be written? Who answers an alert has its code from it: not before it was written. */
static inline bool town_can(struct town *t, struct box *b)
{
    const char *at = t->step < TOWN_SCRIPT_N && TOWN_SCRIPT[t->step].who ? TOWN_SCRIPT[t->step].text : "";
    char code[16] = "";
    for (at = strchr(at, '{'); at && strcmp(code, "00000") != 0; at = strchr(at + 1, '{'))
        town_code(t, b, at[1], code, sizeof(code));
    return strcmp(code, "00000") != 0;
}

/* One step of the script. True: and all of it is done, nobody holds back a text for the next one's batch. */
static inline bool town_go(struct town *t, struct box *b)
{
    const struct town_say *say = &TOWN_SCRIPT[t->step], *next = say + 1;
    bool hold = t->holds[t->step] && t->step + 1 < TOWN_SCRIPT_N && next->who && !strchr(next->text, '{');
    if (!say->who) {
        town_wait(t, b, say->wait_ms);
        return true;
    }
    if (!t->passed) {
        t->passed = true; /* first, as above */
        town_pass(t, b, TOWN_STEP_MS);
    }
    town_say_it(t, b, say);
    if (!hold)
        town_settle(t, b);
    return !hold;
}

/* The power is back (or there for the first time): all that is on the SIM is handed over again. */
static inline int town_boot(struct town *t, struct box *b, struct config *cfg, int checkpoint_pages, bool sync_off)
{
    t->life++;
    t->boot_ms = t->life * -1000000 + 50000000; /* a boot that is not the last one: it counts from lower down */
    int status = box_start(b, cfg, t->wall_ms, t->boot_ms, checkpoint_pages, sync_off);
    if (status)
        return status;
    for (int i = 0; i < t->n_parts; i++)
        if (t->part[i].on_sim)
            town_hand_over(t, b, i);
    town_settle(t, b);
    return 0;
}

#endif
