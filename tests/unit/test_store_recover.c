// SPDX-License-Identifier: GPL-2.0-or-later
/* A database that is damaged or gone: set aside, the newest good backup in its place, or an empty one; a recovery that
 * was cut off; a restore by hand. */
#include "tests/unit/store_vault.h"

#include "gateway/base/civil.h"
#include "store/engine.h"
#include "store/heads.h"
#include "store/recover.h"

#include <time.h>

/* --- recovery ----------------------------------------------------------------------------- */

static void spoil(const struct vault *v, off_t at, size_t n)
{
    char path[400], junk[8192];
    memset(junk, 0xA5, sizeof junk);
    store_path(&v->s, "tinbao.db", path, sizeof path);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, junk, n, at), n);
    close(fd);
}

static int recover_quietly(struct vault *v, struct recovery *r, char **log)
{
    char *text;
    store_log_begin(&v->s);
    int rc = recover_open(&v->s.db, v->s.dir, v->dir, NOW_MS + DAY_MS, r);
    text = store_log_end(&v->s);
    if (log)
        *log = text;
    else
        free(text);
    return rc;
}

static void a_damaged_database_is_set_aside_and_the_backup_takes_its_place(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    int64_t from;
    char aside[400], *log;
    bool fresh;
    message(v, "chao", 0);
    say(v, "x", 50);
    make(v, NOW_MS);
    say(v, "since then", 5);
    close_it(v);
    spoil(v, 2048 * 3, 4096);
    assert_int_equal(recover_quietly(v, &r, &log), 0);
    assert_true(r.done && !r.fresh && !r.chain_broken);
    assert_string_equal(r.backup, v->made.name);
    assert_non_null(strstr(log, "is kept as tinbao.db.corrupt-2026-11-13_"));
    free(log);
    store_path(&v->s, r.aside, aside, sizeof aside);
    assert_int_equal(access(aside, F_OK), 0);
    assert_int_equal(recover_pending(v->s.db, &from), 0);
    assert_int_equal(from, NOW_MS);
    assert_int_equal(recover_untold(v->s.db, &from, &fresh), 0);
    assert_false(fresh);
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM audit"), 51); /* and the row that says it */
    close_it(v);
    assert_int_equal(recover_quietly(v, &r, NULL), 0); /* once */
    assert_false(r.done);
    assert_int_equal(recover_pending(v->s.db, &from), 0); /* until the replay is done */
    assert_int_equal(recover_replayed(v->s.db), 0);
    assert_int_equal(recover_pending(v->s.db, &from), -ENOENT);
    struct chain_state c;
    struct heads_check h;
    store_path(&v->s, HEADS_FILE, aside, sizeof aside);
    assert_int_equal(chain_walk(v->s.db, &c), 0);
    assert_int_equal(heads_compare(v->s.db, v->s.dir, aside, &c, &h), 0);
    assert_false(h.cut || h.other);
}

static void the_newest_backup_that_is_good_is_taken(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char path[400], junk[4096];
    say(v, "x", 50);
    make(v, NOW_MS);
    make(v, NOW_MS + DAY_MS);
    path_of(v, v->made.name, path, sizeof path);
    memset(junk, 0xA5, sizeof junk);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, junk, sizeof junk, 4096), sizeof junk);
    close(fd);
    close_it(v);
    spoil(v, 0, 2048);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_string_equal(r.backup, "tinbao_000001_2026-11-12_2100.db");
}

static void without_a_backup_an_empty_database_is_begun(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    int64_t from;
    say(v, "x", 50);
    close_it(v);
    spoil(v, 2048 * 3, 4096);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_true(r.done && r.fresh && r.aside[0]);
    assert_int_equal(recover_pending(v->s.db, &from), 0);
    assert_int_equal(from, 0);
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM audit"), 1);
}

static void a_database_that_is_gone_comes_back_from_the_backup(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char path[400];
    say(v, "x", 7);
    make(v, NOW_MS);
    close_it(v);
    store_path(&v->s, "tinbao.db", path, sizeof path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_true(r.done && !r.fresh && !r.aside[0]);
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM audit"), 8);
}

static void a_recovery_that_was_cut_off_goes_on(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char from[400], to[400];
    say(v, "good", 7);
    make(v, NOW_MS);
    say(v, "in the old one and its log", 20);
    close_it(v);
    /* as after step 2 with the old WAL still there: it must not be read into the new file */
    path_of(v, v->made.name, from, sizeof from);
    store_path(&v->s, "tinbao.db.new", to, sizeof to);
    assert_int_equal(rename(from, to), 0);
    store_path(&v->s, "tinbao.db", from, sizeof from);
    store_path(&v->s, "tinbao.db-wal", to, sizeof to);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM audit"), 7);
}

static void a_broken_audit_goes_back_to_the_backup_or_stays_with_an_alarm(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    say(v, "x", 9);
    assert_int_equal(db_exec(v->s.db, "UPDATE audit SET detail = 'y' WHERE id = 4", NULL, 0), 0);
    close_it(v);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_true(r.chain_broken && !r.done); /* no backup: what can be read is better than nothing */
    assert_int_equal(db_exec(v->s.db, "UPDATE audit SET detail = 'x' WHERE id = 4", NULL, 0), 0);
    make(v, NOW_MS);
    assert_int_equal(db_exec(v->s.db, "UPDATE audit SET detail = 'y' WHERE id = 4", NULL, 0), 0);
    assert_int_equal(backup_all(&v->place, v->s.db, NOW_MS, &v->made), -EIO); /* it never becomes a backup */
    assert_non_null(strstr(v->made.why, "row 4 of the audit"));
    close_it(v);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_true(r.done && !r.chain_broken && r.aside[0]);
}

/* Here by five files that were set aside today; a disk without room for a copy is the same. */
static void a_broken_audit_that_can_not_be_put_back_stays_with_an_alarm(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char path[400], name[40];
    say(v, "x", 9);
    make(v, NOW_MS);
    assert_int_equal(db_exec(v->s.db, "UPDATE audit SET detail = 'y' WHERE id = 4", NULL, 0), 0);
    close_it(v);
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "tinbao.db.corrupt-%d", i);
        store_path(&v->s, name, path, sizeof path);
        close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_true(r.chain_broken && !r.done);
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM audit"), 9);
}

static void a_key_file_that_is_lost_is_refused_and_nothing_moved(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char path[400], aside[400];
    make(v, NOW_MS);
    close_it(v);
    store_path(&v->s, "tinbao.key", path, sizeof path);
    store_path(&v->s, "aside", aside, sizeof aside);
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(recover_quietly(v, &r, NULL), -ENOENT);
    store_path(&v->s, "tinbao.db", path, sizeof path);
    assert_int_equal(access(path, F_OK), 0);
    store_path(&v->s, "tinbao.key", path, sizeof path);
    assert_int_equal(rename(aside, path), 0);
}

static void damage_met_while_running_is_looked_for_at_the_next_start(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    say(v, "x", 9);
    make(v, NOW_MS);
    /* an index that lacks a row: quick_check sees nothing, a delete would meet it */
    say(v, "y", 1);
    assert_int_equal(db_exec(v->s.db,
                             "INSERT INTO trouble (what, text, since_ms) VALUES ('a', '', 1), ('b', '', 2);"
                             "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'no'",
                             NULL, 0),
                     0);
    close_it(v);
    assert_int_equal(recover_suspect(v->s.dir, NOW_MS, "test"), 0);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_false(r.done); /* sound: it goes on */
    for (int i = 0; i < 3; i++)
        assert_int_equal(recover_suspect(v->s.dir, NOW_MS, "test"), 0);
    close_it(v);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_true(r.done); /* again and again: the backup, whatever the check says */
    close_it(v);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_false(r.done);
}

/* Four starts that can not open it, with a file in the way: nothing of it is damaged. */
static void what_can_not_be_opened_is_not_taken_for_damage(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char wal[400];
    make(v, NOW_MS);
    say(v, "since then", 5);
    close_it(v);
    store_path(&v->s, "tinbao.db-wal", wal, sizeof wal);
    assert_int_equal(mkdir(wal, 0700), 0);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(recover_quietly(v, &r, NULL), -EIO);
        assert_false(r.done);
    }
    assert_int_equal(rmdir(wal), 0);
    assert_int_equal(recover_quietly(v, &r, NULL), 0);
    assert_false(r.done);
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM audit"), 5);
}

static void a_page_that_was_not_given_is_not_taken_for_damage(void **state)
{
    struct vault *v = *state;
    static const char head[] = "*** in database main ***\nPage 7: ";
    static const struct {
        const char *text;
        int rc;
        unsigned sick;
    } said[] = {{"ok", 0, 0},
                {"unable to get the page. error code=266", -EIO, DB_SICK_DISK},
                {"unable to get the page. error code=7", -ENOMEM, 0},
                {"unable to get the page. error code=3082", -ENOMEM, 0},
                {"unable to get the page. error code=11", -EIO, DB_SICK_CORRUPT},
                {"unable to get the page. error code=522", -EIO, DB_SICK_CORRUPT},
                {"row 1 missing from index a", -EIO, DB_SICK_CORRUPT}};
    for (size_t i = 0; i < ARRAY_LEN(said); i++) {
        char got[200];
        snprintf(got, sizeof got, "%s%s", i ? head : "", said[i].text);
        assert_int_equal(db_checked(v->s.db, got), said[i].rc);
        assert_int_equal(db_sick(v->s.db), said[i].sick);
    }
}

static void a_doubt_ends_with_a_backup_that_is_whole(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    say(v, "x", 9);
    make(v, NOW_MS);
    close_it(v);
    for (int i = 0; i < 6; i++) { /* years apart */
        assert_int_equal(recover_suspect(v->s.dir, NOW_MS, "test"), 0);
        assert_int_equal(recover_quietly(v, &r, NULL), 0);
        assert_false(r.done);
        close_it(v);
        recover_sound(v->s.dir);
    }
}

static void a_disk_that_damages_all_is_not_filled_with_set_asides(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char *log;
    close_it(v);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(db_open(&v->s.db, v->s.dir, DB_WRITE), 0);
        close_it(v);
        spoil(v, 2048 * 3, 4096);
        store_log_begin(&v->s);
        int rc = recover_open(&v->s.db, v->s.dir, v->dir, (int64_t)time(NULL) * 1000 + i * 1000, &r);
        free(store_log_end(&v->s));
        assert_int_equal(rc, 0);
        close_it(v);
    }
    spoil(v, 2048 * 3, 4096);
    store_log_begin(&v->s);
    int rc = recover_open(&v->s.db, v->s.dir, v->dir, (int64_t)time(NULL) * 1000, &r);
    log = store_log_end(&v->s);
    assert_int_equal(rc, -EIO);
    assert_non_null(strstr(log, "the disk or the memory is broken"));
    free(log);
}

static void a_restore_by_hand_keeps_the_present_database(void **state)
{
    struct vault *v = *state;
    struct recovery r;
    char aside[400];
    bool fresh;
    int64_t from;
    say(v, "x", 5);
    make(v, NOW_MS);
    say(v, "later", 5);
    assert_int_equal(recover_restore(v->s.dir, v->dir, NULL, NOW_MS, &r), -EBUSY); /* while serve runs */
    close_it(v);
    assert_int_equal(recover_restore(v->s.dir, v->dir, "/nowhere/at/all.db", NOW_MS, &r), -ENOENT);
    assert_int_equal(recover_restore(v->s.dir, v->dir, NULL, NOW_MS, &r), 0);
    store_path(&v->s, r.aside, aside, sizeof aside);
    assert_non_null(strstr(aside, "tinbao.db.before-"));
    assert_int_equal(db_open(&v->s.db, v->s.dir, DB_WRITE), 0);
    assert_int_equal(store_number(&v->s, "SELECT COUNT(*) FROM audit"), 6);
    assert_int_equal(recover_untold(v->s.db, &from, &fresh), -ENOENT); /* who did it knows */
    assert_int_equal(recover_pending(v->s.db, &from), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        vault_test(a_damaged_database_is_set_aside_and_the_backup_takes_its_place),
        vault_test(the_newest_backup_that_is_good_is_taken),
        vault_test(without_a_backup_an_empty_database_is_begun),
        vault_test(a_database_that_is_gone_comes_back_from_the_backup),
        vault_test(a_recovery_that_was_cut_off_goes_on),
        vault_test(a_broken_audit_goes_back_to_the_backup_or_stays_with_an_alarm),
        vault_test(a_broken_audit_that_can_not_be_put_back_stays_with_an_alarm),
        vault_test(a_key_file_that_is_lost_is_refused_and_nothing_moved),
        vault_test(damage_met_while_running_is_looked_for_at_the_next_start),
        vault_test(what_can_not_be_opened_is_not_taken_for_damage),
        vault_test(a_page_that_was_not_given_is_not_taken_for_damage),
        vault_test(a_doubt_ends_with_a_backup_that_is_whole),
        vault_test(a_disk_that_damages_all_is_not_filled_with_set_asides),
        vault_test(a_restore_by_hand_keeps_the_present_database),
    };
    return cmocka_run_group_tests_name("store_recover", tests, NULL, NULL);
}
