// SPDX-License-Identifier: GPL-2.0-or-later
/* Backups and what comes of them: made beside a writer, without tipsters' numbers; rotated; what is erased
 * leaves the older ones; tried; and put back when the database is damaged or gone. */
#include "tests/unit/store_dir.h"

#include "gateway/base/civil.h"
#include "store/backup.h"
#include "store/check.h"
#include "store/heads.h"
#include "store/recover.h"

#include <time.h>

struct vault {
    struct store s;
    char dir[100];
    struct backup_place place;
    struct backup_made made;
};

static int setup(void **state)
{
    struct vault *v = calloc(1, sizeof *v);
    void *store = NULL;
    if (!v || store_setup(&store) < 0)
        return -1;
    v->s = *(struct store *)store;
    free(store);
    snprintf(v->dir, sizeof v->dir, "%s/backup", v->s.dir);
    v->place = (struct backup_place){
        .state_dir = v->s.dir, .dir = v->dir, .own_dir = true, .keep_days = 7, .keep_weeks = 4, .aside_days = 7};
    *state = v;
    return 0;
}

static int teardown(void **state)
{
    struct vault *v = *state;
    char path[400];
    DIR *d = opendir(v->dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", v->dir, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(v->dir);
    struct store *s = malloc(sizeof *s);
    if (!s)
        return -1;
    *s = v->s;
    free(v);
    void *store = s;
    return store_teardown(&store);
}

static void say(struct vault *v, const char *detail, int n)
{
    struct audit_row r = {.at_ms = NOW_MS, .action = "ack", .detail = detail};
    assert_int_equal(db_begin(v->s.db), 0);
    for (int i = 0; i < n; i++)
        assert_int_equal(audit_add(v->s.db, &r), 0);
    assert_int_equal(db_commit(v->s.db), 0);
}

static int64_t message(struct vault *v, const char *body, int64_t party_id)
{
    int64_t id;
    struct message_row m = {.line = "gsm1",
                            .party_id = party_id,
                            .received_ms = NOW_MS,
                            .received_rel = NOW_MS,
                            .body = body,
                            .form = "none",
                            .disposition = "chatter"};
    assert_int_equal(message_add(v->s.db, &m, &id), 0);
    return id;
}

static void make(struct vault *v, int64_t now_ms)
{
    int rc = backup_all(&v->place, v->s.db, now_ms, &v->made);
    if (rc)
        fail_msg("backup: %s (%d)", v->made.why, rc);
}

static void path_of(const struct vault *v, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", v->dir, name);
}

static bool file_has(const char *path, const void *needle, size_t n)
{
    size_t size = 0;
    char *p = store_slurp(path, &size);
    assert_non_null(p);
    bool has = memmem(p, size, needle, n) != NULL;
    free(p);
    return has;
}

static bool newest_has(const struct vault *v, const void *needle, size_t n)
{
    char path[400];
    path_of(v, v->made.name, path, sizeof path);
    return file_has(path, needle, n);
}

static int backups(const struct vault *v)
{
    static struct backup_entry list[BACKUPS_MAX];
    return backup_list(v->dir, list, BACKUPS_MAX);
}

static void close_it(struct vault *v)
{
    db_close(v->s.db);
    v->s.db = NULL;
}

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

#define vault_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
        vault_test(a_damaged_database_is_set_aside_and_the_backup_takes_its_place),
        vault_test(the_newest_backup_that_is_good_is_taken),
        vault_test(without_a_backup_an_empty_database_is_begun),
        vault_test(a_database_that_is_gone_comes_back_from_the_backup),
        vault_test(a_recovery_that_was_cut_off_goes_on),
        vault_test(a_broken_audit_goes_back_to_the_backup_or_stays_with_an_alarm),
        vault_test(a_key_file_that_is_lost_is_refused_and_nothing_moved),
        vault_test(damage_met_while_running_is_looked_for_at_the_next_start),
        vault_test(a_disk_that_damages_all_is_not_filled_with_set_asides),
        vault_test(a_restore_by_hand_keeps_the_present_database),
    };
    return cmocka_run_group_tests_name("store_backup", tests, NULL, NULL);
}
