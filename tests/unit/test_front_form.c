// SPDX-License-Identifier: GPL-2.0-or-later
/* The front's pure parts: forms, packets, who may ask, addresses. */
#include "gateway/base/err.h"
#include "gateway/base/netaddr.h"
#include "gateway/base/str.h"
#include "gateway/front/count.h"
#include "gateway/front/form.h"
#include "gateway/front/front.h"
#include "gateway/front/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* --- forms ----------------------------------------------------------------------------- */

static int read_form(const char *body, struct form *f)
{
    const char *why;
    int rc = form_read(body, strlen(body), f, &why);
    assert_true(rc ? why != NULL : why == NULL);
    return rc;
}

#define GOOD "sessionId=ATUid_1-2.3:4&phoneNumber=%2B84912000001&serviceCode=*123%23"

static void a_form_is_read_as_browsers_and_aggregators_encode_it(void **state)
{
    (void)state;
    struct form f;
    assert_int_equal(read_form(GOOD "&text=1*2*0", &f), 0);
    assert_string_equal(f.session, "ATUid_1-2.3:4");
    assert_string_equal(f.phone, "+84912000001");
    assert_string_equal(f.service_code, "*123#");
    assert_string_equal(f.text, "1*2*0");
    assert_int_equal(
        read_form("text=&networkCode=45204&serviceCode=%2a123%23&sessionId=7&phoneNumber=+84912000001", &f),
        0); /* any order, other fields, a + that was not escaped */
    assert_string_equal(f.phone, "+84912000001");
    assert_string_equal(f.service_code, "*123#");
    assert_string_equal(f.text, "");
    assert_int_equal(read_form(GOOD "&text=Th%C3%B4n+M%E1%BA%A1n", &f), 0);
    assert_string_equal(f.text, "Th\xC3\xB4n M\xE1\xBA\xA1n");
    assert_int_equal(read_form(GOOD "&text", &f), 0);
    assert_int_equal(read_form("&&" GOOD "&text=1&", &f), 0);
}

static void a_malformed_form_is_refused_and_nothing_of_it_is_kept(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "text=1",
        GOOD,                                                           /* no text */
        "sessionId=1&phoneNumber=0912000001&text=",                     /* no serviceCode */
        "phoneNumber=0912000001&serviceCode=*1%23&text=",               /* no sessionId */
        "sessionId=1&serviceCode=*1%23&text=",                          /* no phoneNumber */
        "sessionId=&phoneNumber=0912000001&serviceCode=*1%23&text=",    /* empty */
        "sessionId=a b&phoneNumber=0912000001&serviceCode=*1%23&text=", /* a blank */
        "sessionId=1&phoneNumber=112&serviceCode=*1%23&text=",          /* a short code */
        "sessionId=1&phoneNumber=VIETTEL&serviceCode=*1%23&text=",      /* a word */
        "sessionId=1&phoneNumber=&serviceCode=*1%23&text=",             /* nothing */
        "sessionId=1&phoneNumber=0912000001&serviceCode=abc&text=",     /* letters */
        GOOD "&text=%",                                                 /* broken escapes */
        GOOD "&text=%4",
        GOOD "&text=%zz",
        GOOD "&text=1%00",                       /* a NUL */
        GOOD "&text=1%0A2",                      /* a new line */
        GOOD "&text=%FF%FE",                     /* no UTF-8 */
        GOOD "&text=%C0%AF",                     /* overlong */
        GOOD "&text=%ED%A0%80",                  /* a surrogate */
        GOOD "&text=1&text=2",                   /* twice */
        GOOD "&text=1&phone%4Eumber=0912000002", /* twice, in disguise */
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct form f;
        memset(&f, 0xA5, sizeof(f));
        if (read_form(bad[i], &f) != -EINVAL)
            fail_msg("taken: %s", bad[i]);
        assert_true(!f.phone[0] && !f.text[0] && !f.session[0]);
    }
}

static void a_form_has_a_limit_on_everything(void **state)
{
    (void)state;
    struct form f;
    const char *why;
    char body[FORM_BODY_MAX + 2];
    struct sbuf b = sbuf_on(body, sizeof(body));
    sbuf_add(&b, GOOD "&text=");
    while (b.len < 900)
        sbuf_add(&b, "1*");
    assert_int_equal(read_form(body, &f), 0); /* well-formed, but a session has an end */
    assert_true(f.too_long);
    assert_string_equal(f.text, "");
    sbuf_add(&b, "%0A");
    assert_int_equal(read_form(body, &f), -EINVAL); /* what does not fit is read all the same */
    b = sbuf_on(body, sizeof(body));
    sbuf_add(&b, GOOD "&text=");
    for (int i = 0; i < FORM_FIELDS_MAX; i++)
        sbuf_addf(&b, "&x%d=1", i);
    assert_int_equal(read_form(body, &f), -EINVAL);
    memset(body, '&', sizeof(body));
    assert_int_equal(form_read(body, FORM_BODY_MAX + 1, &f, &why), -EINVAL);
    snprintf(body, sizeof(body), "sessionId=%0129d&phoneNumber=0912000001&serviceCode=*1%%23&text=", 1);
    assert_int_equal(read_form(body, &f), -EINVAL);
}

static void the_content_type_is_that_of_a_form(void **state)
{
    (void)state;
    assert_true(form_type("application/x-www-form-urlencoded"));
    assert_true(form_type("Application/X-WWW-Form-Urlencoded; charset=UTF-8"));
    assert_false(form_type("application/x-www-form-urlencodedx"));
    assert_false(form_type("application/json"));
    assert_false(form_type(NULL));
}

/* --- who may --------------------------------------------------------------------------- */

static void an_address_is_found_in_its_network_and_in_no_other(void **state)
{
    (void)state;
    struct front_setup s = {.allow = {"127.0.0.1", "10.1.0.0/22", "2001:db8::/33", "::1"}};
    assert_true(guard_address(&s, "127.0.0.1"));
    assert_true(guard_address(&s, "10.1.3.255"));
    assert_true(guard_address(&s, "::ffff:10.1.0.9"));
    assert_true(guard_address(&s, "2001:db8:7fff::1"));
    assert_true(guard_address(&s, "::1"));
    assert_false(guard_address(&s, "127.0.0.2"));
    assert_false(guard_address(&s, "10.1.4.0"));
    assert_false(guard_address(&s, "2001:db8:8000::1"));
    assert_false(guard_address(&s, "?"));
    s.allow[0][0] = '\0'; /* the list ends here */
    assert_false(guard_address(&s, "::1"));
}

static void an_address_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    struct netaddr a;
    static const char *const bad[] = {"",        "localhost", "127.0.0.1/33", "127.0.0.1/", "127.0.0.1/-1",
                                      "::1/129", "1.2.3",     "127.0.0.1 ",   "::1/1a",     "::1/0001"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(netaddr_parse(bad[i], &a), -EINVAL);
    assert_int_equal(netaddr_parse("127.9.9.9", &a), 0);
    assert_true(netaddr_is_loopback(&a));
    assert_int_equal(netaddr_parse("::1", &a), 0);
    assert_true(netaddr_is_loopback(&a));
    assert_int_equal(netaddr_parse("0.0.0.0", &a), 0);
    assert_false(netaddr_is_loopback(&a));
    assert_int_equal(netaddr_parse("::", &a), 0);
    assert_false(netaddr_is_loopback(&a));
}

static void the_secret_is_that_one_and_no_other(void **state)
{
    (void)state;
    struct front_setup s = {.secret = "correct horse"};
    char long_one[400];
    memset(long_one, 'c', sizeof(long_one));
    long_one[sizeof(long_one) - 1] = '\0';
    assert_true(guard_secret(&s, "correct horse"));
    assert_false(guard_secret(&s, "correct hors"));
    assert_false(guard_secret(&s, "correct horse1"));
    assert_false(guard_secret(&s, long_one));
    assert_false(guard_secret(&s, ""));
    assert_false(guard_secret(&s, NULL));
    assert_string_equal(guard_bearer("bearer  x"), "x");
    assert_null(guard_bearer("Basic eDp5"));
    assert_null(guard_bearer(NULL));
    s.secret[0] = '\0';
    assert_true(guard_secret(&s, NULL));
}

/* --- packets --------------------------------------------------------------------------- */

static struct front_msg *message(enum front_type type)
{
    struct front_msg *m = malloc(sizeof(*m));
    assert_non_null(m);
    memset(m, 0xA5, sizeof(*m)); /* what stood there before must not go out */
    front_msg_init(m, type);
    if (type == FRONT_ASK) {
        m->u.ask.kind = FRONT_SESSION;
        str_copy(m->u.ask.phone, sizeof(m->u.ask.phone), "+84912000001");
        str_copy(m->u.ask.service_code, sizeof(m->u.ask.service_code), "*123#");
    } else if (type == FRONT_SETUP) {
        str_copy(m->u.setup.listen, sizeof(m->u.setup.listen), "127.0.0.1");
        str_copy(m->u.setup.allow[0], sizeof(m->u.setup.allow[0]), "127.0.0.1");
    }
    return m;
}

static void packets_go_through_a_socket_as_they_are(void **state)
{
    (void)state;
    static const enum front_type types[] = {FRONT_READY, FRONT_ASK, FRONT_ALIVE, FRONT_SETUP, FRONT_ANSWER};
    int pair[2];
    struct front_msg *got = malloc(sizeof(*got));
    assert_non_null(got);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(front_get(pair[1], got), -EAGAIN);
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        struct front_msg *m = message(types[i]);
        if (types[i] == FRONT_ANSWER) {
            m->u.answer.len = FRONT_TEXT_SIZE - 1;
            memset(m->u.answer.text, 'x', FRONT_TEXT_SIZE - 1);
        }
        assert_int_equal(front_put(pair[0], m), 0);
        assert_int_equal(front_get(pair[1], got), 1);
        assert_int_equal(got->type, types[i]);
        assert_memory_equal(got, m, front_size(m));
        if (types[i] == FRONT_ANSWER)
            assert_int_equal(strlen(got->u.answer.text), FRONT_TEXT_SIZE - 1);
        free(m);
    }
    close(pair[0]);
    assert_int_equal(front_get(pair[1], got), 0);
    close(pair[1]);
    free(got);
}

static int checked(struct front_msg *m, size_t n)
{
    int rc = front_check(m, n);
    free(m);
    return rc;
}

static void a_packet_that_lies_is_refused(void **state)
{
    (void)state;
    struct front_msg *m = message(FRONT_ASK);
    assert_int_equal(checked(m, front_size(m)), 0);
#define LIE(type_, what)                                                                                               \
    do {                                                                                                               \
        m = message(type_);                                                                                            \
        size_t n_ = front_size(m);                                                                                     \
        what;                                                                                                          \
        assert_int_equal(checked(m, n_), -EPROTO);                                                                     \
    } while (0)
    LIE(FRONT_ASK, m->magic++);
    LIE(FRONT_ASK, m->type = 99);
    LIE(FRONT_ASK, n_--);
    LIE(FRONT_ASK, n_++);
    LIE(FRONT_ASK, n_ = 3);
    LIE(FRONT_ASK, n_ = 0);
    LIE(FRONT_ASK, m->u.ask.kind = 0);
    LIE(FRONT_ASK, m->u.ask.kind = 4);
    LIE(FRONT_ASK, memset(m->u.ask.text, '1', sizeof(m->u.ask.text)));
    LIE(FRONT_ASK, m->u.ask.text[0] = '\n');
    LIE(FRONT_ASK, m->u.ask.phone[0] = '\0');
    LIE(FRONT_ASK, str_copy(m->u.ask.phone, sizeof(m->u.ask.phone), "0912000001")); /* not E.164 */
    LIE(FRONT_ASK, m->u.ask.kind = FRONT_METRICS);                                  /* with a number in it */
    LIE(FRONT_READY, m->u.ready.port = 65536);
    LIE(FRONT_SETUP, m->u.setup.ussd = 2);
    LIE(FRONT_SETUP, str_copy(m->u.setup.listen, sizeof(m->u.setup.listen), "localhost"));
    LIE(FRONT_SETUP, str_copy(m->u.setup.allow[1], sizeof(m->u.setup.allow[1]), "everybody"));
    LIE(FRONT_SETUP, str_copy(m->u.setup.allow[3], sizeof(m->u.setup.allow[3]), "127.0.0.2")); /* after a gap */
    LIE(FRONT_SETUP, memset(m->u.setup.secret, 'x', sizeof(m->u.setup.secret)));
    LIE(FRONT_ANSWER, m->u.answer.len = 1);
    LIE(FRONT_ANSWER, m->u.answer.len = FRONT_TEXT_SIZE);
    LIE(FRONT_ANSWER, m->u.answer.len = UINT32_MAX);
    LIE(FRONT_ANSWER, m->u.answer.result = 4);
    LIE(FRONT_ANSWER, n_ -= 8);                   /* its length is not even there */
    LIE(FRONT_ANSWER, n_ += m->u.answer.len = 2); /* NULs in it */
#undef LIE
}

static void what_follows_the_end_of_a_text_is_cleared(void **state)
{
    (void)state;
    struct front_msg *m = message(FRONT_ASK);
    memset(m->u.ask.text + 2, 'z', sizeof(m->u.ask.text) - 2);
    m->u.ask.text[1] = '\0';
    m->u.ask.text[0] = '1';
    assert_int_equal(front_check(m, front_size(m)), 0);
    for (size_t i = 1; i < sizeof(m->u.ask.text); i++)
        assert_int_equal(m->u.ask.text[i], 0);
    free(m);
}

static void requests_are_counted_in_closed_lists(void **state)
{
    (void)state;
    struct count c = {0};
    char text[4000];
    struct sbuf b = sbuf_on(text, sizeof(text));
    count_request(&c, COUNT_USSD, 200);
    count_request(&c, COUNT_OTHER, 418);
    count_request(&c, COUNT_OTHER, 999);
    count_print(&c, 3, &b);
    assert_int_equal(sbuf_done(&b), 0);
    assert_non_null(strstr(text, "tinbao_http_requests_total{path=\"/ussd\",code=\"200\"} 1\n"));
    assert_non_null(strstr(text, "tinbao_http_requests_total{path=\"other\",code=\"other\"} 2\n"));
    assert_non_null(strstr(text, "\ntinbao_http_connections 3\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_read_as_browsers_and_aggregators_encode_it),
        cmocka_unit_test(a_malformed_form_is_refused_and_nothing_of_it_is_kept),
        cmocka_unit_test(a_form_has_a_limit_on_everything),
        cmocka_unit_test(the_content_type_is_that_of_a_form),
        cmocka_unit_test(an_address_is_found_in_its_network_and_in_no_other),
        cmocka_unit_test(an_address_is_read_whole_or_not_at_all),
        cmocka_unit_test(the_secret_is_that_one_and_no_other),
        cmocka_unit_test(packets_go_through_a_socket_as_they_are),
        cmocka_unit_test(a_packet_that_lies_is_refused),
        cmocka_unit_test(what_follows_the_end_of_a_text_is_cleared),
        cmocka_unit_test(requests_are_counted_in_closed_lists),
    };
    return cmocka_run_group_tests_name("front_form", tests, NULL, NULL);
}
