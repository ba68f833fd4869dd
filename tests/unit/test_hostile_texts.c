// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts meant to hurt: understood within a millisecond each, and through the desk every one
 * ends with a disposition that can be looked up. With sanitizers time is not measured.
 */
#include "tests/unit/desk_rig.h"
#include "tests/unit/hostile.h"

#include "parsers/understand.h"

#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define TIMED false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIMED false
#endif
#endif
#ifndef TIMED
#define TIMED true
#endif

#define LIMIT_US 1000
#define BATCH 500

static const char labelled[] = "tests/unit/labelled/messages.tsv";

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* The shortest of a few times: what else the machine does is not the parser's cost. */
static int64_t cost_us(struct vocab *v, const char *text, size_t n, struct meaning *m)
{
    struct understand_ctx ctx = {.at_ms = RIG_START_MS, .home_place = "6", .member = true};
    int64_t best = INT64_MAX;
    for (int tries = 0; tries < 5 && best > LIMIT_US; tries++) {
        int64_t from = cpu_us();
        understand(v, &ctx, text, n, m);
        int64_t took = cpu_us() - from;
        best = took < best ? took : best;
    }
    return best;
}

static void each_text_is_understood_within_a_millisecond(void **state)
{
    struct rig *r = *state;
    struct problems *p = problems_new();
    struct vocab *v = desk_vocab(r->cfg, p);
    struct hostile h;
    struct meaning m;
    char text[HOSTILE_SIZE];
    int64_t worst = 0;
    assert_non_null(v);
    assert_int_equal(hostile_load(&h, labelled), 0);
    for (int sort = 0; sort < HOSTILE_SORTS; sort++)
        for (int i = 0; i < (sort == HOSTILE_LONG_TEXT ? HOSTILE_LONG : HOSTILE_EACH); i++) {
            size_t n = hostile_text(&h, (enum hostile_sort)sort, text, sizeof(text));
            int64_t took = cost_us(v, text, n, &m);
            worst = took > worst ? took : worst;
            if (TIMED && took > LIMIT_US)
                fail_msg("%lld us for: %.*s", (long long)took, (int)n, text);
            assert_non_null(m.form);
            assert_true(m.text_len < sizeof(m.text));
        }
    print_message("the slowest took %lld us\n", (long long)worst);
    hostile_free(&h);
    vocab_free(v);
    problems_free(p);
}

static void send(struct rig *r, const char *sender, const char *text, size_t n)
{
    struct sms_part p = {.total = 1, .seq = 1};
    char cut[SMS_TEXT_MAX];
    snprintf(cut, sizeof(cut), "%.*s", (int)(n < 250 ? n : 250), text);
    char clean[SMS_TEXT_MAX];
    assert_true(utf8_clean(cut, strlen(cut), clean, sizeof(clean)) >= 0);
    int len = utf8_to_utf16be(clean, p.body, sizeof(p.body));
    if (len < 0)
        len = utf8_to_utf16be("", p.body, sizeof(p.body));
    snprintf(p.sender, sizeof(p.sender), "%s", sender);
    p.body_len = (uint16_t)len;
    p.smsc_ms = clock_now_ms(r->clock);
    assert_int_equal(desk_part(r->desk, "gsm1", &p), 0);
    clock_advance(r->clock, 1000);
}

static void every_message_gets_a_disposition(void **state)
{
    struct rig *r = *state;
    static const char *const senders[] = {MEMBER, LEADER, OFFICER, DUTY, STRANGER, "+84909000001", "VIETTEL", "1414"};
    struct hostile h;
    char text[HOSTILE_SIZE];
    long sent = 0;
    assert_int_equal(hostile_load(&h, labelled), 0);
    for (int sort = 0; sort < HOSTILE_SORTS; sort++)
        for (int i = 0; i < (sort == HOSTILE_LONG_TEXT ? HOSTILE_LONG : HOSTILE_EACH); i++) {
            size_t n = hostile_text(&h, (enum hostile_sort)sort, text, sizeof(text));
            if (sent % BATCH == 0)
                assert_int_equal(db_begin(r->db), 0);
            send(r, senders[hostile_draw(&h, ARRAY_LEN(senders))], text, n);
            if (++sent % BATCH == 0)
                assert_int_equal(db_commit(r->db), 0);
        }
    if (sent % BATCH)
        assert_int_equal(db_commit(r->db), 0);
    hostile_free(&h);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message"), sent);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition IN ('', 'received', 'failed')"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE message_id IS NULL"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(each_text_is_understood_within_a_millisecond),
        rig_test(every_message_gets_a_disposition),
    };
    return cmocka_run_group_tests_name("hostile_texts", tests, NULL, NULL);
}
