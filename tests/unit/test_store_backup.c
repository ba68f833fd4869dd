// SPDX-License-Identifier: GPL-2.0-or-later
/* Backups: made beside a writer, without tipsters' numbers; rotated; what is erased leaves the older ones; and the
 * test whether one can be restored. */
#include "tests/unit/store_vault.h"

#include "gateway/base/civil.h"
#include "store/check.h"
#include "store/recover.h"

/* --- making ------------------------------------------------------------------------------- */

static void a_backup_is_made_while_the_service_writes(void **state)
{
    struct vault *v = *state;
    char path[400];
    struct db *copy;
    message(v, "chao", 0);
    say(v, "before", 30);
    make(v, NOW_MS);
    say(v, "after", 3);
    assert_string_equal(v->made.name, "tinbao_000001_2026-11-12_2100.db");
    assert_int_equal(v->made.counts.messages, 1);
    assert_int_equal(v->made.counts.audits, 30);
    path_of(v, v->made.name, path, sizeof path);
    assert_int_equal(db_open_file(&copy, v->s.dir, path, DB_READ), 0);
    assert_int_equal(backup_of_ms(copy), NOW_MS);
    char why[CHECK_WHY_SIZE];
    assert_int_equal(check_whole(copy, why, sizeof why), 0);
    db_close(copy);
    assert_int_equal(store_files_with(&v->s, "nothing left over", 17), 0);
    store_path(&v->s, "backup.tmp", path, sizeof path);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_backup_has_no_tipsters_number(void **state)
{
    struct vault *v = *state;
    int64_t tip, sender;
    char hash[65], sealed[200], theirs[200];
    assert_int_equal(party_of(v->s.db, PARTY_TIP, "+84912000077", NOW_MS, &tip), 0);
    assert_int_equal(party_of(v->s.db, PARTY_SENDER, "+84912000088", NOW_MS, &sender), 0);
    message(v, "x", tip);
    size_t n;
    uint8_t octets[3][200];
    const char *asked[] = {"SELECT hex(hash) FROM party WHERE domain = 'tip'",
                           "SELECT hex(sealed) FROM party WHERE domain = 'tip'",
                           "SELECT hex(sealed) FROM party WHERE domain = 'sender'"};
    char *texts[] = {hash, sealed, theirs};
    size_t sizes[] = {sizeof hash, sizeof sealed, sizeof theirs}, lens[3];
    for (int i = 0; i < 3; i++) {
        store_ask(&v->s, asked[i], texts[i], sizes[i]);
        n = strlen(texts[i]) / 2;
        lens[i] = n;
        for (size_t k = 0; k < n; k++) {
            unsigned o;
            assert_int_equal(sscanf(texts[i] + 2 * k, "%2X", &o), 1);
            octets[i][k] = (uint8_t)o;
        }
    }
    /* a part that waits for others may be a tip's: its sender is sealed in it */
    assert_int_equal(
        db_exec(v->s.db,
                "INSERT INTO part (key, line, ref, ref_bits, total, seq, coding, corrupt, smsc_ms, received_ms, "
                "body, sender) VALUES (x'01', 'gsm1', 1, 8, 2, 1, 0, 0, 5, 1794491990000, '', "
                "'the sender, sealed')",
                NULL, 0),
        0);
    make(v, NOW_MS);
    assert_false(newest_has(v, "the sender, sealed", 18));
    assert_int_equal(v->made.of_ms, 1794491990000 - 1); /* so that a replay brings it back */
    assert_true(lens[0] == DIGEST_SIZE && lens[1] > DIGEST_SIZE);
    assert_false(newest_has(v, octets[0], lens[0]));
    assert_false(newest_has(v, octets[1], lens[1]));
    assert_true(newest_has(v, octets[2], lens[2])); /* the search can find */
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM party WHERE sealed IS NOT NULL"), 2); /* the live one */
}

static void without_room_or_medium_nothing_is_made_and_it_is_said(void **state)
{
    struct vault *v = *state;
    char dir[200];
    make(v, NOW_MS);
    snprintf(dir, sizeof dir, "%s/gone", v->s.dir);
    v->place.dir = dir;
    v->place.own_dir = false;
    assert_int_equal(backup_all(&v->place, v->s.db, NOW_MS, &v->made), -ENOENT);
    assert_non_null(strstr(v->made.why, "is its medium in place?"));
    v->place.dir = "/dev/null"; /* not a directory: nothing can be written there */
    assert_true(backup_all(&v->place, v->s.db, NOW_MS, &v->made) < 0);
    assert_true(v->made.why[0]);
    assert_int_equal(backups(v), 1);
}

/* --- rotation ----------------------------------------------------------------------------- */

static int choose(int n, const int64_t *days, int keep_days, int keep_weeks, bool *keep)
{
    static struct backup_entry list[BACKUPS_MAX];
    int kept = 0;
    for (int i = 0; i < n; i++)
        list[i].day_ms = civil_day_start_ms(NOW_MS) - days[i] * DAY_MS;
    backup_choose(list, (size_t)n, keep_days, keep_weeks, keep);
    for (int i = 0; i < n; i++)
        kept += keep[i];
    return kept;
}

static void rotation_keeps_days_and_weeks(void **state)
{
    (void)state;
    bool keep[64];
    int64_t days[60];
    for (int i = 0; i < 60; i++)
        days[i] = i;
    /* Thursday back to Friday: 7 days; their weeks and two Sundays before */
    assert_int_equal(choose(60, days, 7, 4, keep), 9);
    assert_true(keep[0] && keep[6] && !keep[7] && keep[11] && keep[18]);
    int64_t same[] = {0, 0, 0, 1}; /* of one day only the last */
    assert_int_equal(choose(4, same, 7, 4, keep), 2);
    assert_true(keep[0] && keep[3]);
}

static void a_clock_that_jumped_a_year_removes_nothing_good(void **state)
{
    (void)state;
    bool keep[64];
    int64_t days[] = {-365, 0, 1, 2, 3, 4, 5, 6, 7};
    assert_int_equal(choose(9, days, 7, 4, keep), 7);
    assert_true(keep[0] && keep[1] && keep[6]);
    int64_t back[] = {20000, 0, 1}; /* 1970, and it is still the newest */
    assert_int_equal(choose(3, back, 1, 1, keep), 1);
    assert_true(keep[0]);
}

static void old_backups_go_and_the_newest_stays(void **state)
{
    struct vault *v = *state;
    v->place.keep_days = 2;
    v->place.keep_weeks = 0;
    for (int i = 0; i < 5; i++) {
        say(v, "x", 1);
        make(v, NOW_MS + i * DAY_MS);
    }
    assert_int_equal(backups(v), 2);
    assert_string_equal(v->made.name, "tinbao_000005_2026-11-16_2100.db");
}

/* --- what is erased ----------------------------------------------------------------------- */

static void what_is_erased_leaves_the_older_backups(void **state)
{
    struct vault *v = *state;
    int64_t gone, stays;
    char old[400];
    assert_int_equal(party_of(v->s.db, PARTY_SENDER, "+84912000088", NOW_MS, &gone), 0);
    assert_int_equal(party_of(v->s.db, PARTY_SENDER, "+84912000099", NOW_MS, &stays), 0);
    store_people(&v->s);
    message(v, "loi nay se bi xoa", gone);
    int64_t second = message(v, "loi nay se bi che", stays);
    message(v, "loi nay con mai", stays);
    say(v, "x", 12);
    make(v, NOW_MS);
    path_of(v, v->made.name, old, sizeof old);
    assert_true(file_has(old, "+84912000002", 12));
    assert_true(file_has(old, "loi nay se bi xoa", 17));

    char sql[300];
    snprintf(sql, sizeof sql,
             "DELETE FROM message WHERE id = 1; UPDATE message SET body = '' WHERE id = %lld;"
             "UPDATE \"user\" SET phone = NULL, active = 0 WHERE phone = '+84912000002'",
             (long long)second);
    assert_int_equal(db_exec(v->s.db, sql, NULL, 0), 0);
    assert_int_equal(party_erase(v->s.db, gone, NOW_MS), 0);
    assert_int_equal(db_begin(v->s.db), 0);
    assert_int_equal(chain_forget(v->s.db, NOW_MS + 1, 5), 5);
    assert_int_equal(db_commit(v->s.db), 0);
    say(v, "y", 1);
    make(v, NOW_MS + DAY_MS);
    assert_int_equal(v->made.scrubbed, 1);

    assert_false(file_has(old, "+84912000002", 12));
    assert_false(file_has(old, "loi nay se bi xoa", 17));
    assert_false(file_has(old, "loi nay se bi che", 17));
    assert_true(file_has(old, "loi nay con mai", 15));
    struct db *copy;
    char why[CHECK_WHY_SIZE], got[40];
    assert_int_equal(db_open_file(&copy, v->s.dir, old, DB_READ), 0);
    assert_int_equal(check_whole(copy, why, sizeof why), 0); /* its chain begins where the newer one does */
    assert_int_equal(db_exec(copy, "SELECT COUNT(*) FROM party WHERE sealed IS NULL", got, sizeof got), 0);
    assert_string_equal(got, "1");
    db_close(copy);
    make(v, NOW_MS + 2 * DAY_MS);
    assert_int_equal(v->made.scrubbed, 0); /* nothing more: they are not written again each night */
}

static void a_backup_of_another_line_is_not_mixed_up(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    message(v, "mot", 0);
    say(v, "x", 3);
    make(v, NOW_MS);
    message(v, "hai", 0);
    say(v, "given up", 3);
    make(v, NOW_MS + DAY_MS); /* 2: of rows that the restore of 1 gives up */
    char first[400], second[400];
    path_of(v, "tinbao_000001_2026-11-12_2100.db", first, sizeof first);
    path_of(v, "tinbao_000002_2026-11-13_2100.db", second, sizeof second);
    close_it(v);
    assert_int_equal(recover_restore(v->s.dir, v->dir, first, NOW_MS + 2 * DAY_MS, &r), 0);
    assert_int_equal(db_open(&v->s.db, v->s.dir, DB_WRITE), 0);
    message(v, "ba, khac", 0);
    say(v, "another line", 9);
    make(v, NOW_MS + 2 * DAY_MS);
    assert_true(file_has(second, "hai", 3));
    assert_false(file_has(second, "ba, khac", 8));
    make(v, NOW_MS + 12 * DAY_MS); /* past keep_days: nobody can scrub it, so it goes */
    assert_int_not_equal(access(second, F_OK), 0);
    assert_int_equal(access(first, F_OK), 0);
}

/* --- the test of a restore ---------------------------------------------------------------- */

static void the_restore_test_tells_a_good_backup_from_a_damaged_one(void **state)
{
    struct vault *v = *state;
    struct backup_made t;
    char path[400], junk[512];
    message(v, "chao", 0);
    say(v, "x", 200);
    assert_int_equal(backup_test(&v->place, &t), -ENOENT);
    make(v, NOW_MS);
    assert_int_equal(backup_test(&v->place, &t), 0);
    assert_string_equal(t.name, v->made.name);
    assert_int_equal(t.counts.audits, 200);
    path_of(v, v->made.name, path, sizeof path);
    int fd = open(path, O_WRONLY);
    memset(junk, 0x5A, sizeof junk);
    off_t middle = lseek(fd, 0, SEEK_END) / 2;
    assert_int_equal(pwrite(fd, junk, sizeof junk, middle), sizeof junk);
    close(fd);
    store_log_begin(&v->s);
    int rc = backup_test(&v->place, &t);
    free(store_log_end(&v->s));
    assert_true(rc < 0);
    assert_true(t.why[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        vault_test(a_backup_is_made_while_the_service_writes),
        vault_test(a_backup_has_no_tipsters_number),
        vault_test(without_room_or_medium_nothing_is_made_and_it_is_said),
        cmocka_unit_test(rotation_keeps_days_and_weeks),
        cmocka_unit_test(a_clock_that_jumped_a_year_removes_nothing_good),
        vault_test(old_backups_go_and_the_newest_stays),
        vault_test(what_is_erased_leaves_the_older_backups),
        vault_test(a_backup_of_another_line_is_not_mixed_up),
        vault_test(the_restore_test_tells_a_good_backup_from_a_damaged_one),
    };
    return cmocka_run_group_tests_name("store_backup", tests, NULL, NULL);
}
