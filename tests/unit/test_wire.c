// SPDX-License-Identifier: GPL-2.0-or-later
/* The packets between core and line: what passes, and every lie that must not. */
#include "gateway/base/err.h"
#include "gateway/line/line.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const enum line_type all_types[] = {LINE_HELLO, LINE_ALIVE,  LINE_STATUS,     LINE_PART,   LINE_GONE,
                                           LINE_SENT,  LINE_REPORT, LINE_CALL,       LINE_SYNCED, LINE_TROUBLE,
                                           LINE_KEPT,  LINE_SEND,   LINE_USSD_REPLY, LINE_USSD,   LINE_SYNC,
                                           LINE_QUIT,  LINE_PIN,    LINE_PIN_MAY,    LINE_SETUP};

static void good(struct line_msg *m, enum line_type type)
{
    line_msg_init(m, type);
    struct sms_part *p = type == LINE_PART ? &m->u.part.part : type == LINE_SEND ? &m->u.send.part : NULL;
    if (p) {
        memcpy(p->sender, "+84912000001", 13);
        p->total = p->seq = 1;
        p->body_len = 4;
    }
    if (type == LINE_ALIVE)
        m->u.alive.deadline_ms = 30000;
    if (type == LINE_SETUP)
        m->u.setup.device[0] = '/';
}

static int check(struct line_msg *m)
{
    return line_check(m, line_size(m->type));
}

static void every_type_has_a_size_and_passes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all_types); i++) {
        struct line_msg m;
        good(&m, all_types[i]);
        assert_true(line_size(m.type) >= 8 && line_size(m.type) <= sizeof m);
        assert_int_equal(check(&m), 0);
    }
    assert_int_equal(line_size(0), 0);
    assert_int_equal(line_size(13), 0);
    assert_int_equal(line_size(71), 0);
    assert_int_equal(line_size(UINT32_MAX), 0);
}

static void a_wrong_size_magic_or_type_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all_types); i++) {
        struct line_msg m;
        good(&m, all_types[i]);
        assert_int_equal(line_check(&m, line_size(m.type) - 1), -EPROTO);
        assert_int_equal(line_check(&m, line_size(m.type) + 1), -EPROTO);
        m.magic ^= 1;
        assert_int_equal(check(&m), -EPROTO);
    }
    struct line_msg m;
    good(&m, LINE_QUIT);
    assert_int_equal(line_check(&m, 3), -EPROTO);
    m.type = 13;
    assert_int_equal(line_check(&m, 8), -EPROTO);
}

static void unterminated_text_is_refused(void **state)
{
    (void)state;
    struct line_msg m;
    good(&m, LINE_CALL);
    memset(m.u.call.number, '1', sizeof m.u.call.number);
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_TROUBLE);
    memset(m.u.trouble.text, 'x', sizeof m.u.trouble.text);
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_PART);
    memset(m.u.part.part.sender, '1', ADDRESS_SIZE);
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_HELLO);
    memset(m.u.hello.imei, '1', sizeof m.u.hello.imei);
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_USSD);
    memset(m.u.ussd.text, '1', sizeof m.u.ussd.text);
    assert_int_equal(check(&m), -EPROTO);
}

static void parts_out_of_range_are_refused(void **state)
{
    (void)state;
    struct line_msg m;
    struct sms_part *p = &m.u.part.part;
    good(&m, LINE_PART);
    p->body_len = SMS_BODY_MAX + 2;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_PART);
    p->body_len = 3;
    assert_int_equal(check(&m), -EPROTO);
    p->corrupt = 1; /* a raw PDU may have any length */
    assert_int_equal(check(&m), 0);
    good(&m, LINE_PART);
    p->coding = 3;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_PART);
    p->ref_bits = 7;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_PART);
    p->ref_bits = 8;
    p->ref = 256;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_PART);
    p->ref_bits = 8;
    p->total = 2;
    p->seq = 3;
    assert_int_equal(check(&m), -EPROTO);
    p->seq = 0;
    assert_int_equal(check(&m), -EPROTO);
    p->seq = 2;
    assert_int_equal(check(&m), 0);
    p->ref_bits = 0;
    assert_int_equal(check(&m), -EPROTO);
}

static void enums_and_bounds_out_of_range_are_refused(void **state)
{
    (void)state;
    struct line_msg m;
    good(&m, LINE_STATUS);
    m.u.status.sim = SIM_FAULT + 1;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_STATUS);
    m.u.status.registration = REG_NONE + 1;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_STATUS);
    m.u.status.signal_dbm = 1;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_SENT);
    m.u.sent.result = SENT_NOT + 1;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_REPORT);
    m.u.report.status = REPORT_FAILED + 1;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_ALIVE);
    m.u.alive.deadline_ms = 999;
    assert_int_equal(check(&m), -EPROTO);
    m.u.alive.deadline_ms = 600001;
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_SEND);
    m.u.send.part.sender[0] = '\0';
    assert_int_equal(check(&m), -EPROTO);
    good(&m, LINE_SEND);
    m.u.send.want_report = 2;
    assert_int_equal(check(&m), -EPROTO);
}

static void what_is_not_vouched_for_is_cleared(void **state)
{
    (void)state;
    struct line_msg m;
    good(&m, LINE_PART);
    memset(m.u.part.part.body, 0xAA, SMS_BODY_MAX);
    m.u.part.part.sender[20] = 'x'; /* behind the NUL */
    assert_int_equal(check(&m), 0);
    assert_int_equal(m.u.part.part.body[3], 0xAA);
    assert_int_equal(m.u.part.part.body[4], 0);
    assert_int_equal(m.u.part.part.sender[20], 0);
}

static void pair(int fd[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
    assert_true(fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(fd[1], F_SETFL, O_NONBLOCK) == 0);
}

static void packets_travel_whole_and_in_order(void **state)
{
    (void)state;
    int fd[2];
    struct line_msg m, got;
    pair(fd);
    assert_int_equal(line_get(fd[1], &got), -EAGAIN);
    for (size_t i = 0; i < ARRAY_LEN(all_types); i++) {
        good(&m, all_types[i]);
        assert_int_equal(line_put(fd[0], &m), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(all_types); i++) {
        good(&m, all_types[i]);
        assert_int_equal(line_get(fd[1], &got), 1);
        assert_memory_equal(&m, &got, sizeof m);
    }
    close(fd[0]);
    assert_int_equal(line_get(fd[1], &got), 0);
    assert_int_equal(line_put(fd[1], &m), -EPIPE);
    close(fd[1]);
}

static void a_full_buffer_says_so_and_loses_nothing(void **state)
{
    (void)state;
    int fd[2], n = 0, rc;
    struct line_msg m, got;
    pair(fd);
    good(&m, LINE_KEPT);
    while ((m.u.kept.handle = (uint64_t)n, rc = line_put(fd[0], &m)) == 0)
        n++;
    assert_int_equal(rc, -EAGAIN);
    for (int i = 0; i < n; i++) {
        assert_int_equal(line_get(fd[1], &got), 1);
        assert_int_equal(got.u.kept.handle, i);
    }
    assert_int_equal(line_get(fd[1], &got), -EAGAIN);
    close(fd[0]);
    close(fd[1]);
}

static void strange_packets_are_a_protocol_error(void **state)
{
    (void)state;
    int fd[2];
    struct line_msg got;
    char big[sizeof got + 100];
    memset(big, 0, sizeof big);
    pair(fd);
    assert_true(send(fd[0], big, sizeof big, 0) > 0);
    assert_int_equal(line_get(fd[1], &got), -EPROTO);
    assert_true(send(fd[0], "x", 1, 0) > 0);
    assert_int_equal(line_get(fd[1], &got), -EPROTO);
    close(fd[0]);
    close(fd[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_a_size_and_passes),
        cmocka_unit_test(a_wrong_size_magic_or_type_is_refused),
        cmocka_unit_test(unterminated_text_is_refused),
        cmocka_unit_test(parts_out_of_range_are_refused),
        cmocka_unit_test(enums_and_bounds_out_of_range_are_refused),
        cmocka_unit_test(what_is_not_vouched_for_is_cleared),
        cmocka_unit_test(packets_travel_whole_and_in_order),
        cmocka_unit_test(a_full_buffer_says_so_and_loses_nothing),
        cmocka_unit_test(strange_packets_are_a_protocol_error),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
