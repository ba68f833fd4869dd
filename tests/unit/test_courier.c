// SPDX-License-Identifier: GPL-2.0-or-later
/* The courier's packets, signatures and base64, and the words for a provider of SMS. */
#include "gateway/base/base64.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/courier/courier.h"
#include "gateway/courier/sign.h"
#include "gateway/serve/spare_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4648 section 10. */
static void base64_is_that_of_the_rfc(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        char text[16];
        uint8_t back[16];
        size_t n = strlen(vectors[i][0]);
        assert_int_equal(base64_write(vectors[i][0], n, text), strlen(vectors[i][1]));
        assert_string_equal(text, vectors[i][1]);
        assert_int_equal(base64_read(text, strlen(text), back, sizeof(back)), n);
        assert_memory_equal(back, vectors[i][0], n);
        assert_int_equal(base64_read(text, strcspn(text, "="), back, sizeof(back)), n); /* without its padding */
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    (void)state;
    uint8_t out[4];
    static const char *const bad[] = {"Z", "Zg=", "Zm9v Zg==", "Zm9v\n", "Zm-v", "====", "Zg==Zg=="};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (strcmp(bad[i], "Zg=") != 0)
            assert_int_equal(base64_read(bad[i], strlen(bad[i]), out, sizeof(out)), -EINVAL);
    assert_int_equal(base64_read("Zm9vYmFy", 8, out, sizeof(out)), -EMSGSIZE);
    assert_int_equal(base64_read("Zm\0v", 4, out, sizeof(out)), -EINVAL);
}

/* The example of the Standard Webhooks reference libraries. */
static void a_signature_is_that_of_the_standard(void **state)
{
    (void)state;
    uint8_t key[64];
    char out[SIGN_SIZE];
    static const char secret[] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    int n = base64_read(secret, strlen(secret), key, sizeof(key));
    assert_int_equal(n, 24);
    assert_int_equal(
        sign_webhook(key, (size_t)n, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}", out), 0);
    assert_string_equal(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static struct courier_msg *http(void)
{
    static const uint8_t key[24] = {1};
    struct courier_msg *m = malloc(sizeof(*m));
    memset(m, 0xAA, sizeof(*m));
    courier_msg_init(m, COURIER_HTTP);
    m->u.http.timeout_ms = 5000;
    m->u.http.sign = 1;
    m->u.http.key_len = sizeof(key);
    memcpy(m->u.http.key, key, sizeof(key));
    str_copy(m->u.http.url, sizeof(m->u.http.url), "https://example.vn/x");
    str_copy(m->u.http.event_id, sizeof(m->u.http.event_id), "msg_1");
    return m;
}

#define REFUSED(change)                                                                                                \
    do {                                                                                                               \
        struct courier_msg *m = http();                                                                                \
        struct courier_http *h = &m->u.http;                                                                           \
        change;                                                                                                        \
        assert_int_equal(courier_check(m, courier_size(COURIER_HTTP)), -EPROTO);                                       \
        (void)h;                                                                                                       \
        free(m);                                                                                                       \
    } while (0)

static void a_job_that_is_well_formed_passes(void **state)
{
    (void)state;
    struct courier_msg *m = http();
    memset(m->u.http.body + 1, 'x', 100); /* behind the NUL */
    assert_int_equal(courier_check(m, courier_size(COURIER_HTTP)), 0);
    assert_int_equal(m->u.http.body[50], 0); /* what is not vouched for is cleared */
    assert_int_equal(courier_check(m, courier_size(COURIER_HTTP) - 1), -EPROTO);
    assert_int_equal(courier_check(m, 3), -EPROTO);
    free(m);
}

static void a_job_that_lies_is_refused(void **state)
{
    (void)state;
    REFUSED(m->magic ^= 1);
    REFUSED(m->type = 7);
    REFUSED(h->timeout_ms = 1);
    REFUSED(h->timeout_ms = 3600000);
    REFUSED(h->method = 2);
    REFUSED(h->sign = 2);
    REFUSED(h->key_len = 65);
    REFUSED(h->key_len = 0);
    REFUSED(h->url[0] = '\0');
    REFUSED(h->event_id[0] = '\0');
    REFUSED(memset(h->url, 'a', sizeof(h->url)));
    REFUSED(memset(h->body, 'a', sizeof(h->body)));
}

/* A line break in what becomes a header would begin another header. */
static void a_line_break_in_a_header_is_refused(void **state)
{
    (void)state;
    REFUSED(str_copy(h->event_id, sizeof(h->event_id), "msg\r\nX: y"));
    REFUSED(str_copy(h->url, sizeof(h->url), "https://a/\nb"));
    REFUSED(str_copy(h->headers, sizeof(h->headers), "A: b\rC: d"));
    REFUSED(str_copy(h->content_type, sizeof(h->content_type), "a/b\nX: y"));
    struct courier_msg *m = malloc(sizeof(*m));
    courier_msg_init(m, COURIER_MAIL);
    m->u.mail.timeout_ms = 5000;
    str_copy(m->u.mail.url, sizeof(m->u.mail.url), "smtps://x");
    str_copy(m->u.mail.from, sizeof(m->u.mail.from), "a@b");
    str_copy(m->u.mail.to, sizeof(m->u.mail.to), "c@d");
    assert_int_equal(courier_check(m, courier_size(COURIER_MAIL)), 0);
    str_copy(m->u.mail.subject, sizeof(m->u.mail.subject), "a\nBcc: x@y");
    assert_int_equal(courier_check(m, courier_size(COURIER_MAIL)), -EPROTO);
    free(m);
}

/* --- the words for a provider -------------------------------------------------------------- */

static int form(const struct spare_config *s, const char *number, const char *text, struct courier_http *out)
{
    memset(out, 0, sizeof(*out));
    return spare_form(s, number, text, "sms-7", out);
}

static void each_place_is_escaped_in_its_own_way(void **state)
{
    (void)state;
    static const char *const headers[] = {"Authorization: Bearer {secret}", "X-Ref: {id}"};
    struct spare_config s = {.url = "https://sms.example.vn/{id}?q={text}",
                             .body = "{\"to\":\"{number}\",\"text\":\"{text}\"}",
                             .headers = headers,
                             .n_headers = 2,
                             .secret = "k&1",
                             .success = "ok"};
    struct courier_http *h = malloc(sizeof(*h));
    assert_int_equal(form(&s, "+84912000001", "a \"b\"\\&\n{number} Mạn", h), 0);
    assert_string_equal(h->url, "https://sms.example.vn/sms-7?q=a%20%22b%22%5C%26%0A%7Bnumber%7D%20M%E1%BA%A1n");
    assert_string_equal(h->body, "{\"to\":\"0912000001\",\"text\":\"a \\\"b\\\"\\\\&\\n{number} Mạn\"}");
    assert_string_equal(h->headers, "Authorization: Bearer k&1\nX-Ref: sms-7");
    assert_string_equal(h->content_type, "application/json");
    assert_string_equal(h->expect, "ok");
    s.encoding = SPARE_FORM;
    str_copy(s.body, sizeof(s.body), "to={number}&t={text}&k={secret}&{x}");
    assert_int_equal(form(&s, "+84912000001", "a b&c=d", h), 0);
    assert_string_equal(h->body, "to=0912000001&t=a%20b%26c%3Dd&k=k%261&{x}");
    free(h);
}

static void numbers_are_written_as_the_provider_wants(void **state)
{
    (void)state;
    struct spare_config s = {.url = "https://x/{number}"};
    struct courier_http *h = malloc(sizeof(*h));
    s.number = SPARE_LOCAL;
    assert_int_equal(form(&s, "+84912000001", "", h), 0);
    assert_string_equal(h->url, "https://x/0912000001");
    s.number = SPARE_PLAIN;
    assert_int_equal(form(&s, "+84912000001", "", h), 0);
    assert_string_equal(h->url, "https://x/84912000001");
    s.number = SPARE_E164;
    assert_int_equal(form(&s, "+84912000001", "", h), 0);
    assert_string_equal(h->url, "https://x/%2B84912000001");
    s.number = SPARE_LOCAL;
    assert_int_equal(form(&s, "+85612345678", "", h), -EINVAL);
    assert_int_equal(form(&s, "191", "", h), -EINVAL);
    free(h);
}

static void what_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct spare_config s = {.url = "https://x/"};
    struct courier_http *h = malloc(sizeof(*h));
    char text[700];
    memset(text, '&', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    str_copy(s.url, sizeof(s.url), "https://x/{text}{number}");
    assert_int_equal(form(&s, "+84912000001", text, h), -EMSGSIZE);
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_that_of_the_rfc),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(a_signature_is_that_of_the_standard),
        cmocka_unit_test(a_job_that_is_well_formed_passes),
        cmocka_unit_test(a_job_that_lies_is_refused),
        cmocka_unit_test(a_line_break_in_a_header_is_refused),
        cmocka_unit_test(each_place_is_escaped_in_its_own_way),
        cmocka_unit_test(numbers_are_written_as_the_provider_wants),
        cmocka_unit_test(what_does_not_fit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
