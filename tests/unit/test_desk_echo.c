// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Machines that answer: a phone that answers every message of the gateway at once, with a
 * text of its own or with the gateway's, gets at most three replies an hour, whoever it is.
 * Alerts repeat by their own rule and are no replies.
 */
#include "tests/unit/desk_rig.h"

#define HOUR_S 3600
#define STEP_S 20
#define ANSWERS_MAX 500
#define REPLIES_AN_HOUR 3

struct phone {
    const char *number;
    const char *own; /* NULL: the gateway's text comes back */
    int64_t last;    /* the row it saw last */
    long replies, answers;
};

static int64_t column(struct rig *r, const char *name, int64_t id)
{
    char sql[160];
    snprintf(sql, sizeof(sql), "SELECT COALESCE(%s, 0) FROM outbox WHERE id = %lld", name, (long long)id);
    return rig_number(r, sql);
}

/* The next row that goes to the phone: its text, whatever became of the row since. */
static bool next_row(struct rig *r, struct phone *p, char *body, size_t size)
{
    char sql[160], to[ADDRESS_SIZE];
    for (;;) {
        snprintf(sql, sizeof(sql), "SELECT COALESCE(MIN(id), 0) FROM outbox WHERE id > %lld", (long long)p->last);
        int64_t id = rig_number(r, sql);
        if (!id)
            return false;
        p->last = id;
        struct outbox_row row = {.id = id, .user_id = column(r, "user_id", id), .party_id = column(r, "party_id", id)};
        if (desk_recipient(r->desk, &row, to, sizeof(to)) != 0 || strcmp(to, p->number) != 0)
            continue;
        snprintf(sql, sizeof(sql), "SELECT body FROM outbox WHERE id = %lld", (long long)id);
        rig_ask(r, sql, body, size);
        p->replies += column(r, "priority", id) == PRIO_REPLY;
        return true;
    }
}

static void answer_all(struct rig *r, struct phone *p)
{
    char body[1200];
    while (p->answers < ANSWERS_MAX && next_row(r, p, body, sizeof(body))) {
        rig_text(r, p->number, p->own ? p->own : body);
        p->answers++;
    }
}

static void an_hour(struct rig *r, struct phone *p)
{
    for (int s = 0; s < HOUR_S; s += STEP_S) {
        answer_all(r, p);
        rig_later(r, STEP_S * 1000);
    }
    if (p->replies > REPLIES_AN_HOUR || p->answers == ANSWERS_MAX)
        fail_msg("%s that says '%s' got %ld replies and said %ld", p->number, p->own ? p->own : "(echo)", p->replies,
                 p->answers);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'received'"), 0);
}

static const char *const beginnings[] = {"HD",
                                         "BC man de trom mat xe",
                                         "chay nha o Man De",
                                         "XEM 48217",
                                         "BC tdp abc",
                                         "BC lua gan cho",
                                         "TIN man de co ke la",
                                         "HD BC",
                                         "VAO",
                                         "BC thuy tra danh nhau 9h",
                                         "DULIEU",
                                         "SUA 48217 LOAI x"};
static const char *const own_texts[] = {"Toi dang ban, se goi lai sau.",
                                        "Cam on ban da lien he, bam 1 de gap nhan vien",
                                        "HD",
                                        "Man De co trom",
                                        "BC man de trom mat xe",
                                        "DK 1234",
                                        "1",
                                        "TIN co danh bac",
                                        "XEM 48217",
                                        "ai do?"};

static void each_hour(struct rig *r, const char *number, bool echo)
{
    for (size_t i = 0; i < (echo ? ARRAY_LEN(beginnings) : ARRAY_LEN(own_texts)); i++) {
        const char *first = echo ? beginnings[i] : own_texts[i];
        struct phone p = {.number = number, .own = echo ? NULL : own_texts[i]};
        p.last = rig_number(r, "SELECT COALESCE(MAX(id), 0) FROM outbox");
        rig_text(r, number, first);
        an_hour(r, &p);
        rig_later(r, 3 * HOUR_S * 1000LL); /* questions and counts of the hour run out */
    }
}

static void a_member_that_echoes_gets_three_replies(void **state)
{
    each_hour(*state, MEMBER, true);
}

static void a_member_with_a_text_of_its_own_gets_three_replies(void **state)
{
    each_hour(*state, MEMBER, false);
}

static void a_stranger_that_echoes_gets_three_replies(void **state)
{
    each_hour(*state, STRANGER, true);
}

static void a_stranger_with_a_text_of_its_own_gets_three_replies(void **state)
{
    each_hour(*state, STRANGER, false);
}

/* Alerts come to an officer by themselves: the fire is real, the phone answers each. */
static void alerts(struct rig *r, const char *number, const char *own)
{
    struct phone p = {.number = number, .own = own};
    rig_text(r, MEMBER, "BC man de chay nha ong Tu");
    an_hour(r, &p);
    assert_true(p.answers > 0);
}

static void an_officer_that_echoes_alerts_gets_three_replies(void **state)
{
    alerts(*state, OFFICER, NULL);
}

static void an_officer_with_a_text_of_its_own_gets_three_replies(void **state)
{
    alerts(*state, OFFICER, "Toi dang lai xe, se goi lai sau");
}

static void the_duty_desk_that_echoes_alerts_gets_three_replies(void **state)
{
    alerts(*state, DUTY, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(a_member_that_echoes_gets_three_replies),
        rig_test(a_member_with_a_text_of_its_own_gets_three_replies),
        rig_test(a_stranger_that_echoes_gets_three_replies),
        rig_test(a_stranger_with_a_text_of_its_own_gets_three_replies),
        rig_test(an_officer_that_echoes_alerts_gets_three_replies),
        rig_test(an_officer_with_a_text_of_its_own_gets_three_replies),
        rig_test(the_duty_desk_that_echoes_alerts_gets_three_replies),
    };
    return cmocka_run_group_tests_name("desk_echo", tests, NULL, NULL);
}
