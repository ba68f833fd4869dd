// SPDX-License-Identifier: GPL-2.0-or-later
/* What `tinbao export` gives a person: his own, all of it, as DULIEU counts it; nobody else's, no tip, nothing
 * of a restricted kind. */
#include "tests/unit/desk_rig.h"

#include "store/invite.h"
#include "store/own.h"

struct heap {
    char text[8000];
    int rows;
    const char *const *fields;
};

static int take(void *ctx, const struct own_row *row)
{
    struct heap *h = ctx;
    size_t n = strlen(h->text);
    h->rows++;
    for (int i = 0; h->fields[i] && n < sizeof(h->text) - 200; i++)
        n += (size_t)snprintf(h->text + n, sizeof(h->text) - n, "%s|", row->field[i]);
    assert_true(row->at_ms > 0);
    return 0;
}

/* All kinds together; rows of one. */
static int all_of(struct rig *r, int64_t user, int64_t party, struct heap *h, enum own_kind count)
{
    int rows = 0;
    memset(h, 0, sizeof(*h));
    for (int k = 0; k < OWN_COUNT; k++) {
        int before = h->rows;
        h->fields = own_fields((enum own_kind)k);
        assert_int_equal(own_each(r->db, (enum own_kind)k, user, party, take, h), 0);
        if (k == (int)count)
            rows = h->rows - before;
    }
    return rows;
}

static void a_user_gets_his_own_and_nobody_elses(void **state)
{
    struct rig *r = *state;
    struct heap *h = calloc(1, sizeof(*h));
    struct user u;
    struct kept k;
    assert_non_null(h);
    rig_text(r, MEMBER, "BC man de trom ZEBRA");
    rig_text(r, MEMBER, "TIN man de co danh bac YAK");
    rig_text(r, MEMBER, "BC man de bao hanh danh vo GNU");
    rig_text(r, MEMBER, "VAO");
    rig_text(r, MEMBER, "chieu nay toi ban EMU");
    rig_text(r, LEADER, "BC man de danh nhau WOMBAT");
    rig_text(r, LEADER, "TOT man de tra vi LEMUR");
    assert_int_equal(own_user(r->db, MEMBER, &u), 0);
    int reports = all_of(r, u.id, 0, h, OWN_INCIDENTS);
    static const char *const his[] = {"ZEBRA", "EMU", "Da nhan vu"}, *const not_his[] = {"YAK", "GNU", "WOMBAT",
                                                                                         "LEMUR"};
    for (size_t i = 0; i < ARRAY_LEN(his); i++)
        if (!strstr(h->text, his[i]))
            fail_msg("%s is missing in %s", his[i], h->text);
    for (size_t i = 0; i < ARRAY_LEN(not_his); i++)
        if (strstr(h->text, not_his[i]))
            fail_msg("%s stands in %s", not_his[i], h->text);
    /* as DULIEU tells */
    assert_int_equal(kept_of(r->db, u.id, 0, &k), 0);
    assert_int_equal(reports, k.incidents);
    assert_int_equal(all_of(r, u.id, 0, h, OWN_MESSAGES), k.messages);
    assert_int_equal(all_of(r, u.id, 0, h, OWN_ATTENDANCE), 1);
    free(h);
}

static void an_unknown_number_gets_what_its_party_has_and_no_tip(void **state)
{
    struct rig *r = *state;
    struct heap *h = calloc(1, sizeof(*h));
    int64_t party;
    assert_non_null(h);
    rig_text(r, STRANGER, "TIN man de co danh bac YAK");
    assert_int_equal(party_find(r->db, PARTY_SENDER, STRANGER, &party), -ENOENT); /* a tip alone: nothing is his */
    rig_text(r, STRANGER, "BC man de trom xe ZEBRA");
    assert_int_equal(party_find(r->db, PARTY_SENDER, STRANGER, &party), 0);
    assert_int_equal(all_of(r, 0, party, h, OWN_INCIDENTS), 1);
    assert_true(strstr(h->text, "ZEBRA") && !strstr(h->text, "YAK"));
    free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_user_gets_his_own_and_nobody_elses, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(an_unknown_number_gets_what_its_party_has_and_no_tip, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("store_own", tests, NULL, NULL);
}
