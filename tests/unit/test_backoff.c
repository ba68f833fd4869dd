// SPDX-License-Identifier: GPL-2.0-or-later
/* When things are tried again, and at which rate they may go. */
#include "gateway/base/err.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/judge.h"
#include "gateway/serve/pin_guard.h"
#include "gateway/serve/slowness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void pause_doubles_up_to_its_cap(void **state)
{
    (void)state;
    int64_t want[] = {100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000};
    for (int i = 0; i < (int)ARRAY_LEN(want); i++) {
        int64_t ms = backoff_ms(i, 100, 10000, 7);
        assert_true(ms <= want[i]);
        assert_true(ms >= want[i] - want[i] / 4);
    }
}

static void pause_never_overflows(void **state)
{
    (void)state;
    assert_true(backoff_ms(INT32_MAX, INT64_MAX / 4, INT64_MAX, 1) > 0);
    assert_int_equal(backoff_ms(-5, 0, 10, 1), 1);
    assert_true(backoff_ms(1000000, 100, 60000, 1) <= 60000);
}

static void pause_is_the_same_for_the_same_seed(void **state)
{
    (void)state;
    assert_int_equal(backoff_ms(3, 1000, 60000, 42), backoff_ms(3, 1000, 60000, 42));
}

static void pauses_of_different_rows_are_spread(void **state)
{
    (void)state;
    int64_t low = INT64_MAX, high = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        int64_t ms = backoff_ms(0, 10000, 60000, seed);
        low = ms < low ? ms : low;
        high = ms > high ? ms : high;
    }
    assert_true(low < 8000);
    assert_true(high > 9500);
}

static void bucket_lets_a_burst_go_then_the_rate(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, 20, 1000);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(bucket_wait_ms(&b, 1000), 0);
        bucket_take(&b, 1000);
    }
    assert_int_equal(bucket_wait_ms(&b, 1000), 3000);
    assert_int_equal(bucket_wait_ms(&b, 3000), 1000);
    assert_int_equal(bucket_wait_ms(&b, 4000), 0);
}

static void bucket_holds_the_rate_over_ten_minutes(void **state)
{
    (void)state;
    struct bucket b;
    int sent = 0;
    bucket_init(&b, 30, 0);
    for (int64_t t = 0; t < 600000; t += 50)
        if (bucket_wait_ms(&b, t) == 0) {
            bucket_take(&b, t);
            sent++;
        }
    assert_in_range(sent, 300, 310);
}

static void bucket_takes_for_sos_what_it_does_not_have(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, 1, 0);
    for (int i = 0; i < 100; i++)
        bucket_take(&b, 0);
    assert_in_range(bucket_wait_ms(&b, 0), 60000, 120000); /* the debt is bounded */
}

static void the_highest_rate_is_no_limit(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, BUCKET_FREE, 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(bucket_wait_ms(&b, 0), 0);
        bucket_take(&b, 0);
    }
}

static void sent_is_sent(void **state)
{
    (void)state;
    assert_int_equal(judge_send(SENT_OK, 0, PRIO_REPLY, 5, 1).act, JUDGE_SENT);
}

static void a_busy_network_slows_the_line_and_keeps_the_text(void **state)
{
    (void)state;
    static const int codes[] = {38, 41, 42, 47, 500, 512};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        struct judgement j = judge_send(SENT_REFUSED, codes[i], PRIO_ALERT, 0, 1);
        assert_int_equal(j.act, JUDGE_RETRY);
        assert_true(j.slow);
        assert_true(j.pause_ms > 0);
    }
}

static void an_unknown_subscriber_is_given_up_and_slows_nothing(void **state)
{
    (void)state;
    struct judgement j = judge_send(SENT_REFUSED, 1, PRIO_SOS, 0, 1);
    assert_int_equal(j.act, JUDGE_FAIL);
    assert_false(j.slow);
}

static void a_modem_that_takes_no_pdu_is_tried_again_for_minutes(void **state)
{
    (void)state;
    int64_t waited_ms = 0;
    for (int i = 0; i < 5; i++) {
        struct judgement j = judge_send(SENT_REFUSED, 304, PRIO_REPLY, i, 1);
        assert_int_equal(j.act, JUDGE_RETRY);
        waited_ms += j.pause_ms;
    }
    assert_true(waited_ms >= 120000);
    assert_int_equal(judge_send(SENT_REFUSED, 304, PRIO_SOS, 5, 1).act, JUDGE_FAIL);
}

static void refusals_are_enough_at_some_time(void **state)
{
    (void)state;
    assert_int_equal(judge_send(SENT_REFUSED, 38, PRIO_REPLY, 3, 1).act, JUDGE_RETRY);
    assert_int_equal(judge_send(SENT_REFUSED, 21, PRIO_REPLY, 200, 1).act, JUDGE_FAIL);
}

static void what_was_not_written_is_never_given_up(void **state)
{
    (void)state;
    assert_int_equal(judge_send(SENT_NOT, 0, PRIO_DIGEST, 1000, 1).act, JUDGE_RETRY);
}

static void no_answer_is_unknown_not_failed(void **state)
{
    (void)state;
    assert_int_equal(judge_send(SENT_UNKNOWN, 0, PRIO_ALERT, 0, 1).act, JUDGE_UNKNOWN);
}

static void an_sos_comes_back_sooner_than_a_digest(void **state)
{
    (void)state;
    for (int tries = 0; tries < 10; tries++)
        assert_true(judge_send(SENT_REFUSED, 38, PRIO_SOS, tries, 1).pause_ms <
                    judge_send(SENT_REFUSED, 38, PRIO_DIGEST, tries, 1).pause_ms);
}

static void the_networks_refusals_do_not_count_against_the_text(void **state)
{
    (void)state;
    struct judgement j = judge_send(SENT_REFUSED, 331, PRIO_REPLY, 500, 1);
    assert_int_equal(j.act, JUDGE_RETRY);
    assert_true(j.pause_ms <= 30000); /* the line is slow, the text comes back soon */
    assert_true(judge_send(SENT_REFUSED, 50, PRIO_REPLY, 0, 1).slow);
    assert_true(judge_cms_barred(50));
    assert_false(judge_cms_barred(38));
}

static void a_refused_line_is_slow_and_what_is_urgent_less_so(void **state)
{
    (void)state;
    struct slowness s = {0};
    int64_t pause_ms = 0;
    for (int i = 0; i < 12; i++)
        pause_ms = slowness_refused(&s, PRIO_REPLY, 1000, 1);
    assert_true(pause_ms > 60000 && pause_ms <= 90000);
    assert_true(slowness_wait_ms(&s, PRIO_DIGEST, 1000) >= pause_ms);
    assert_int_equal(slowness_wait_ms(&s, PRIO_SOS, 1000), 0); /* not yet tried itself */
    assert_int_equal(slowness_wait_ms(&s, PRIO_ALERT, 1000), 0);
    for (int i = 0; i < 12; i++)
        slowness_refused(&s, PRIO_SOS, 1000, 1);
    assert_int_equal(slowness_wait_ms(&s, PRIO_SOS, 1000), 2000);
    assert_int_equal(slowness_wait_ms(&s, PRIO_ALERT, 1000), 8000);
}

static void an_urgent_text_that_is_refused_does_not_make_the_rest_ever_slower(void **state)
{
    (void)state;
    struct slowness s = {0};
    for (int i = 0; i < 50; i++)
        slowness_refused(&s, PRIO_ALERT, 1000, 1);
    assert_true(slowness_wait_ms(&s, PRIO_REPLY, 1000) <= 5000);
    assert_int_equal(s.refused, 50);
}

static void a_text_that_went_out_ends_it_and_is_told_once(void **state)
{
    (void)state;
    struct slowness s = {0};
    assert_true(slowness_sent(&s, 1000)); /* after a start nobody knows */
    assert_false(slowness_sent(&s, 1000));
    for (int i = 0; i < 12; i++)
        slowness_refused(&s, PRIO_REPLY, 1000, 1);
    assert_true(slowness_sent(&s, 1000));
    assert_int_equal(slowness_wait_ms(&s, PRIO_REPLY, 1000), 5000); /* one urgent text through: soon, not at once */
    assert_int_equal(slowness_wait_ms(&s, PRIO_SOS, 1000), 0);
    slowness_over(&s);
    assert_int_equal(slowness_wait_ms(&s, PRIO_REPLY, 1000), 0);
}

static void a_pin_is_tried_once_unless_the_sim_says_that_none_was_wrong(void **state)
{
    (void)state;
    assert_true(pin_may(PIN_NEVER, PIN_LEFT_UNKNOWN));
    assert_true(pin_may(PIN_GOOD, PIN_LEFT_UNKNOWN));
    assert_false(pin_may(PIN_TRYING, PIN_LEFT_UNKNOWN));
    assert_false(pin_may(PIN_BAD, PIN_LEFT_UNKNOWN));
    assert_true(pin_may(PIN_TRYING, 3));
    assert_true(pin_may(PIN_BAD, 3));
    assert_true(pin_may(PIN_GOOD, 2));
    assert_false(pin_may(PIN_BAD, 2));
    for (int state_of = PIN_NEVER; state_of <= PIN_BAD; state_of++) {
        assert_false(pin_may((enum pin_state)state_of, 1));
        assert_false(pin_may((enum pin_state)state_of, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pause_doubles_up_to_its_cap),
        cmocka_unit_test(pause_never_overflows),
        cmocka_unit_test(pause_is_the_same_for_the_same_seed),
        cmocka_unit_test(pauses_of_different_rows_are_spread),
        cmocka_unit_test(bucket_lets_a_burst_go_then_the_rate),
        cmocka_unit_test(bucket_holds_the_rate_over_ten_minutes),
        cmocka_unit_test(bucket_takes_for_sos_what_it_does_not_have),
        cmocka_unit_test(the_highest_rate_is_no_limit),
        cmocka_unit_test(sent_is_sent),
        cmocka_unit_test(a_busy_network_slows_the_line_and_keeps_the_text),
        cmocka_unit_test(an_unknown_subscriber_is_given_up_and_slows_nothing),
        cmocka_unit_test(a_modem_that_takes_no_pdu_is_tried_again_for_minutes),
        cmocka_unit_test(refusals_are_enough_at_some_time),
        cmocka_unit_test(what_was_not_written_is_never_given_up),
        cmocka_unit_test(no_answer_is_unknown_not_failed),
        cmocka_unit_test(an_sos_comes_back_sooner_than_a_digest),
        cmocka_unit_test(the_networks_refusals_do_not_count_against_the_text),
        cmocka_unit_test(a_refused_line_is_slow_and_what_is_urgent_less_so),
        cmocka_unit_test(an_urgent_text_that_is_refused_does_not_make_the_rest_ever_slower),
        cmocka_unit_test(a_text_that_went_out_ends_it_and_is_told_once),
        cmocka_unit_test(a_pin_is_tried_once_unless_the_sim_says_that_none_was_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
