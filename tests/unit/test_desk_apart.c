// SPDX-License-Identifier: GPL-2.0-or-later
/* Tips kept apart, where a played conversation can not look: in the files. With a key elsewhere no word of a
 * tip stands in any of them, whatever way it came; without, the sender's own number does not. */
#include "tests/unit/desk_rig.h"

#include "gateway/base/tipkey.h"
#include "store/relay.h"
#include "store/tip.h"
#include "store/tipbox.h"

#include <fcntl.h>

#define TIPSTER "+84912000093"

static const uint8_t SECRET[TIPKEY_SIZE] = {7, 7, 7, 1};

static int setup_sealed(void **state)
{
    uint8_t pub[TIPKEY_SIZE];
    int rc = rig_setup(state);
    struct rig *r = *state;
    if (rc || tipbox_public(SECRET, pub))
        return -1;
    tipkey_write(pub, r->cfg->tips.seal_to);
    return 0;
}

/* How many files of the state directory hold these octets, as they are or as UTF-16BE. */
static int files_with(struct rig *r, const char *word)
{
    char path[sizeof(r->dir) + 260];
    uint8_t wide[200];
    int n = utf8_to_utf16be(word, wide, sizeof(wide)), found = 0;
    assert_true(n > 0);
    DIR *d = opendir(r->dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof(path), "%s/%s", r->dir, e->d_name);
        int fd = open(path, O_RDONLY);
        char *all = calloc(1, 4 << 20);
        ssize_t size = fd < 0 || !all ? 0 : read(fd, all, 4 << 20);
        if (size > 0 && (memmem(all, (size_t)size, word, strlen(word)) || memmem(all, (size_t)size, wide, (size_t)n)))
            found++;
        free(all);
        if (fd >= 0)
            close(fd);
    }
    if (d)
        closedir(d);
    return found;
}

struct opened {
    int n;
    char text[8][1200], what[8][TIP_WHAT_SIZE], code[8][8];
};

static int open_box(void *ctx, const struct tip_box *b)
{
    struct opened *o = ctx;
    char *text;
    size_t n;
    assert_int_equal(tipbox_open(SECRET, b->box, b->size, &text, &n), 0);
    snprintf(o->text[o->n], sizeof(o->text[0]), "%s", text);
    snprintf(o->what[o->n], sizeof(o->what[0]), "%s", b->what);
    snprintf(o->code[o->n++], sizeof(o->code[0]), "%s", b->code);
    free(text);
    return 0;
}

static struct opened *boxes(struct rig *r)
{
    struct opened *o = calloc(1, sizeof(*o));
    assert_non_null(o);
    assert_int_equal(tip_box_each(r->db, open_box, o), 0);
    return o;
}

static void no_word_of_a_sealed_tip_stands_in_any_file(void **state)
{
    struct rig *r = *state;
    char text[200], code[8];
    rig_text(r, TIPSTER, "TIN man de co ZEBRAWORD hang dem");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(text, sizeof(text), "THEM %s them YAKWORD nua", code);
    rig_text(r, TIPSTER, text);
    snprintf(text, sizeof(text), "SUA %s ND thanh XERUSWORD", code);
    rig_text(r, TIPSTER, text);
    snprintf(text, sizeof(text), "HUY %s WOMBATWORD", code);
    rig_text(r, TIPSTER, text);
    static const char *const words[] = {"ZEBRAWORD", "YAKWORD", "XERUSWORD", "WOMBATWORD"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (files_with(r, words[i]))
            fail_msg("%s stands in a file", words[i]);
    struct opened *o = boxes(r);
    assert_int_equal(o->n, 4);
    assert_true(strstr(o->text[0], "TIN man de co ZEBRAWORD hang dem") && strstr(o->text[1], "YAKWORD"));
    assert_true(!strncmp(o->text[0], code, strlen(code)) && !strcmp(o->code[3], code));
    assert_true(!strcmp(o->what[0], "tip") && !strcmp(o->what[1], "more"));
    free(o);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE kind = 'KHAC' AND place = '6'"), 1);
}

static void a_sealed_tip_in_parts_leaves_nothing_while_it_waits_nor_after(void **state)
{
    struct rig *r = *state;
    rig_part(r, TIPSTER, 9, 2, 3, "co ZEBRAWORD ");
    assert_int_equal(files_with(r, "ZEBRAWORD"), 0);
    assert_int_equal(files_with(r, "912000093"), 0);
    rig_part(r, TIPSTER, 9, 1, 3, "TIN man de ");
    rig_later(r, 11 * MINUTE_MS); /* the third does not come: as it is */
    rig_part(r, TIPSTER, 9, 3, 3, "YAKWORD het");
    assert_int_equal(files_with(r, "ZEBRAWORD") + files_with(r, "YAKWORD"), 0);
    struct opened *o = boxes(r);
    assert_int_equal(o->n, 2);
    assert_non_null(strstr(o->text[0], "TIN man de co ZEBRAWORD"));
    assert_non_null(strstr(o->text[1], "YAKWORD het"));
    assert_string_equal(o->what[1], "more");
    assert_string_equal(o->code[1], o->code[0]);
    free(o);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE tip_id IS NULL OR sender IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE domain = 'sender'"), 0);
}

static void what_may_be_the_rest_of_a_tip_is_sealed_and_asked_for_again(void **state)
{
    struct rig *r = *state;
    char body[400];
    rig_part(r, TIPSTER, 9, 2, 2, "co ZEBRAWORD");
    rig_later(r, 11 * MINUTE_MS);
    assert_int_equal(files_with(r, "ZEBRAWORD"), 0);
    rig_ask(r, "SELECT body FROM outbox WHERE party_id IS NOT NULL", body, sizeof(body));
    assert_non_null(strstr(body, "Hay gui lai"));
    struct opened *o = boxes(r);
    assert_true(o->n == 1 && !strcmp(o->what[0], "rest") && strstr(o->text[0], "ZEBRAWORD"));
    free(o);
}

static void reports_are_not_sealed(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de trom mat ZEBRAWORD");
    rig_part(r, MEMBER, 9, 1, 2, "BC man de danh nhau ");
    rig_part(r, MEMBER, 9, 2, 2, "YAKWORD");
    assert_true(files_with(r, "ZEBRAWORD") > 0 && files_with(r, "YAKWORD") > 0); /* of parts: in the message */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM tip_box"), 0);
}

static void a_tipsters_own_number_does_not_stand_in_his_text(void **state)
{
    struct rig *r = *state;
    char body[300];
    rig_text(r, TIPSTER, "TIN man de co danh bac, goi toi 0912 000 093 hoac +84912000093, dung goi 0912000094");
    rig_ask(r, "SELECT body FROM message", body, sizeof(body));
    assert_string_equal(body, "TIN man de co danh bac, goi toi xxxx xxx xxx hoac xxxxxxxxxxxx, dung goi 0912000094");
    assert_int_equal(files_with(r, "000 093") + files_with(r, "912000093"), 0);
    rig_ask(r, "SELECT text FROM incident", body, sizeof(body));
    assert_non_null(strstr(body, "xxxx xxx xxx"));
    rig_part(r, TIPSTER, 9, 1, 2, "TIN man de goi 09120");
    rig_part(r, TIPSTER, 9, 2, 2, "00093 nhe");
    assert_int_equal(files_with(r, "912000093"), 0);
    rig_text(r, TIPSTER, "BC man de trom, goi 0912000093"); /* no tip: as it came */
    assert_true(files_with(r, "0912000093") > 0);
}

static void nor_in_what_may_be_the_rest_of_a_tip(void **state)
{
    struct rig *r = *state;
    char body[300];
    rig_part(r, TIPSTER, 9, 2, 2, "ZEBRAWORD goi toi 0912 000 093");
    rig_later(r, 11 * MINUTE_MS);
    rig_ask(r, "SELECT body FROM message", body, sizeof(body));
    assert_non_null(strstr(body, "ZEBRAWORD goi toi xxxx xxx xxx"));
    rig_ask(r, "SELECT body FROM outbox WHERE body LIKE '%ZEBRAWORD%'", body, sizeof(body));
    assert_null(strstr(body, "000 093"));
    assert_int_equal(files_with(r, "000 093") + files_with(r, "912000093"), 0);
}

/* Nothing is ever taken out of the audit: words of a tip would outlive retention.tips_days there. */
static void no_word_of_a_tipster_goes_into_the_audit(void **state)
{
    struct rig *r = *state;
    char text[200], code[8];
    rig_part(r, TIPSTER, 9, 1, 3, "TIN man de co OKAPIWORD ");
    rig_part(r, TIPSTER, 9, 2, 3, "hang dem");
    rig_later(r, 11 * MINUTE_MS);
    rig_part(r, TIPSTER, 9, 3, 3, "LYNXWORD het");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(text, sizeof(text), "THEM %s them YAKWORD nua", code);
    rig_text(r, TIPSTER, text);
    snprintf(text, sizeof(text), "SUA %s ND thanh XERUSWORD", code);
    rig_text(r, TIPSTER, text);
    snprintf(text, sizeof(text), "HUY %s WOMBATWORD", code);
    rig_text(r, TIPSTER, text);
    assert_true(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action IN ('supplement', 'late_part')") >= 2);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%WORD%'"), 0);
}

static void ngung_erases_a_tipster_and_what_could_be_tried(void **state)
{
    struct rig *r = *state;
    char number[ADDRESS_SIZE];
    int64_t tip;
    rig_text(r, TIPSTER, "TIN man de co danh bac");
    assert_int_equal(party_find(r->db, PARTY_TIP, TIPSTER, &tip), 0);
    assert_int_equal(relay_number(r->db, tip, number, sizeof(number)), 0);
    rig_text(r, TIPSTER, "NGUNG");
    assert_int_equal(party_find(r->db, PARTY_TIP, TIPSTER, &tip), -ENOENT);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE form = 'tip' AND text_key IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE tip_id IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE domain = 'tip' AND sealed IS NULL"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_word_of_a_sealed_tip_stands_in_any_file, setup_sealed, rig_teardown),
        cmocka_unit_test_setup_teardown(a_sealed_tip_in_parts_leaves_nothing_while_it_waits_nor_after, setup_sealed,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(what_may_be_the_rest_of_a_tip_is_sealed_and_asked_for_again, setup_sealed,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(reports_are_not_sealed, setup_sealed, rig_teardown),
        cmocka_unit_test_setup_teardown(a_tipsters_own_number_does_not_stand_in_his_text, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(nor_in_what_may_be_the_rest_of_a_tip, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(no_word_of_a_tipster_goes_into_the_audit, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(ngung_erases_a_tipster_and_what_could_be_tried, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("desk_apart", tests, NULL, NULL);
}
