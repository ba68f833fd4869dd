// SPDX-License-Identifier: GPL-2.0-or-later
/* What is left of a tipster once his number is erased: nothing that could be tried against all numbers there
 * are; the boxes of sealed texts; the key as a systemd credential. */
#include "tests/unit/store_dir.h"

#include "gateway/base/civil.h"
#include "store/relay.h"
#include "store/tip.h"
#include "store/tipbox.h"

#define PHONE "+84912000077"

static void row_of(struct store *s, struct part_row *r, const struct sms_part *p, int64_t received_ms)
{
    memset(r, 0, sizeof *r);
    r->line = "gsm1";
    r->part = p;
    r->received_ms = received_ms;
    part_keys(s->db, r);
}

static void an_erased_tips_part_is_known_still_by_a_key_without_the_number(void **state)
{
    struct store *s = *state;
    struct sms_part p;
    struct part_row r, again;
    int64_t tip;
    make_part(&p, PHONE, "TIN man de co danh bac");
    row_of(s, &r, &p, NOW_MS);
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &tip), 0);
    r.tip_id = tip;
    assert_int_equal(part_add(s->db, &r), 0);
    assert_int_equal(store_files_with(s, r.key, sizeof r.key) > 0, 1);
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(tip_forget(s->db, tip, NOW_MS + DAY_MS), 0);
    assert_int_equal(db_commit(s->db), 0);
    /* whoever has the key file can make this key of every number there is: it must be gone */
    assert_int_equal(store_files_with(s, r.key, sizeof r.key), 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM part WHERE tip_id IS NOT NULL"), 0);
    /* days later the SIM still has it */
    row_of(s, &again, &p, NOW_MS + 8 * DAY_MS);
    assert_int_equal(part_known(s->db, &again), 0);
    p.smsc_ms += 1000; /* and this is another one */
    row_of(s, &again, &p, NOW_MS + 8 * DAY_MS);
    assert_int_equal(part_known(s->db, &again), -ENOENT);
}

static void parts_alike_do_not_collide_when_they_are_forgotten(void **state)
{
    struct store *s = *state;
    struct sms_part p;
    struct part_row r;
    int64_t tip;
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &tip), 0);
    for (int i = 0; i < 3; i++) {
        char body[32];
        snprintf(body, sizeof body, "TIN lan %d", i);
        make_part(&p, PHONE, body);
        if (i == 2)
            p.smsc_ms = 0;
        row_of(s, &r, &p, NOW_MS);
        r.tip_id = tip;
        assert_int_equal(part_add(s->db, &r), 0);
    }
    assert_int_equal(tip_forget(s->db, tip, NOW_MS), 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM part WHERE tip_id IS NULL"), 3);
}

static void a_clock_set_back_keeps_no_number(void **state)
{
    struct store *s = *state;
    int64_t tip;
    char number[ADDRESS_SIZE];
    const int64_t week = 7 * DAY_MS;
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &tip), 0);
    assert_int_equal(tip_used(s->db, tip, NOW_MS), 0);
    assert_int_equal(tip_used(s->db, tip, NOW_MS - DAY_MS), 0); /* the last day counts */
    /* 1970 by the wall, 6 days lived, then 8 */
    assert_int_equal(tip_forget_old(s->db, 0, NOW_MS + 6 * DAY_MS - week, 0), 0);
    assert_int_equal(relay_number(s->db, tip, number, sizeof number), 0);
    assert_int_equal(tip_forget_old(s->db, 0, NOW_MS + 8 * DAY_MS - week, 0), 1);
    assert_int_equal(relay_number(s->db, tip, number, sizeof number), -ENOENT);
}

static void when_a_tip_was_erased_is_not_told(void **state)
{
    struct store *s = *state;
    int64_t tip;
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &tip), 0);
    assert_int_equal(tip_forget(s->db, tip, NOW_MS + 3 * DAY_MS + 12345), 0);
    assert_int_equal(store_number(s, "SELECT erased_ms - created_ms FROM party"), 0);
}

static int take_box(void *ctx, const struct tip_box *b)
{
    struct tip_box *out = ctx;
    uint8_t *copy = malloc(b->size);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, b->box, b->size);
    *out = *b;
    out->box = copy;
    return 0;
}

static void a_box_opens_with_its_secret_alone(void **state)
{
    struct store *s = *state;
    uint8_t pub[TIPKEY_SIZE], secret[TIPKEY_SIZE], other_pub[TIPKEY_SIZE], other[TIPKEY_SIZE], *box;
    const char text[] = "48217\nTIN man de co danh bac o quan nuoc";
    struct tip_box row = {.what = "tip", .at_ms = NOW_MS}, got = {0};
    char *opened;
    size_t n, one, two;
    assert_int_equal(tipbox_make(pub, secret), 0);
    assert_int_equal(tipbox_make(other_pub, other), 0);
    assert_int_equal(tipbox_close(pub, "x", 1, &box, &one), 0);
    free(box);
    assert_int_equal(tipbox_close(pub, text, strlen(text), &box, &two), 0);
    assert_true(one == two); /* its size says little */
    row.box = box;
    row.size = two;
    assert_int_equal(tip_box_add(s->db, &row), 0);
    free(box);
    assert_int_equal(store_files_with(s, "danh bac", 8), 0);
    assert_int_equal(tip_box_each(s->db, take_box, &got), 0);
    assert_int_equal(tipbox_open(other, got.box, got.size, &opened, &n), -EPERM);
    assert_int_equal(tipbox_open(secret, got.box, got.size - 1, &opened, &n), -EPERM);
    assert_int_equal(tipbox_open(secret, got.box, got.size, &opened, &n), 0);
    assert_string_equal(opened, text);
    free(opened);
    free((void *)(uintptr_t)got.box);
}

static void a_mistyped_key_is_refused(void **state)
{
    (void)state;
    uint8_t key[TIPKEY_SIZE] = {1, 2, 3, 255}, back[TIPKEY_SIZE];
    char text[TIPKEY_TEXT_SIZE + 1];
    tipkey_write(key, text);
    assert_int_equal(tipkey_read(text, back), 0);
    assert_memory_equal(key, back, sizeof key);
    for (size_t i = 0; i < strlen(text); i++) {
        char was = text[i];
        text[i] = was == '0' ? '1' : '0';
        assert_int_equal(tipkey_read(text, back), -EINVAL);
        text[i] = was;
    }
    memcpy(text + TIPKEY_TEXT_SIZE - 1, "0", 2);
    assert_int_equal(tipkey_read(text, back), -EINVAL);
    assert_int_equal(tipkey_read("", back), -EINVAL);
}

/* --- the credential ---------------------------------------------------------------------- */

static void write_key(const char *path, char digit, unsigned mode)
{
    char hex[65];
    memset(hex, digit, 64);
    hex[64] = '\0';
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "tinbao key 1 %s\n", hex);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static void the_key_comes_as_a_credential_before_the_file(void **state)
{
    struct store *s = *state;
    char dir[80], path[120], own[120];
    uint8_t key[KEY_SIZE];
    store_path(s, "creds", dir, sizeof dir);
    snprintf(path, sizeof path, "%s/tinbao.key", dir);
    store_path(s, "tinbao.key", own, sizeof own);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
    write_key(own, 'b', 0600);
    assert_int_equal(statedir_key(s->dir, false, key), 0); /* no credential of this name: the file */
    assert_int_equal(key[0], 0xbb);
    write_key(path, 'a', 0440); /* as systemd shows an ACL */
    store_log_begin(s);
    assert_int_equal(statedir_key(s->dir, false, key), 0);
    char *said = store_log_end(s);
    assert_int_equal(key[0], 0xaa);
    assert_non_null(strstr(said, "move this copy off the box"));
    free(said);
    assert_int_equal(chmod(path, 0444), 0);
    store_log_begin(s);
    int rc = statedir_key(s->dir, true, key);
    free(store_log_end(s));
    assert_int_equal(rc, -EPERM);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(own), 0);
    assert_int_equal(mkdir(path, 0700), 0); /* there, and can not be read: no new key beside it */
    store_log_begin(s);
    rc = statedir_key(s->dir, true, key);
    free(store_log_end(s));
    assert_true(rc < 0 && access(own, F_OK) < 0);
    unsetenv("CREDENTIALS_DIRECTORY");
    rmdir(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(an_erased_tips_part_is_known_still_by_a_key_without_the_number),
        store_test(parts_alike_do_not_collide_when_they_are_forgotten),
        store_test(a_clock_set_back_keeps_no_number),
        store_test(when_a_tip_was_erased_is_not_told),
        store_test(a_box_opens_with_its_secret_alone),
        store_test(a_mistyped_key_is_refused),
        store_test_empty(the_key_comes_as_a_credential_before_the_file),
    };
    return cmocka_run_group_tests_name("store_tip", tests, NULL, NULL);
}
