// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal's files: what was written is read back as it was, and nothing else is. */
#include "tests/unit/store_dir.h"

#include "gateway/base/log.h"
#include "store/journal.h"
#include "store/journal_file.h"

#define DAY "20261112"
#define SENDER "+84912000077"

static struct journal_item part(uint64_t seq, const char *text)
{
    struct journal_item it = {.type = JOURNAL_PART,
                              .seq = seq,
                              .wall_ms = NOW_MS + (int64_t)seq,
                              .rel_ms = 5000 + (int64_t)seq,
                              .n_codes = 1};
    snprintf(it.line, sizeof(it.line), "gsm1");
    snprintf(it.part.sender, sizeof(it.part.sender), SENDER);
    snprintf(it.codes[0], sizeof(it.codes[0]), "48217");
    it.part.total = it.part.seq = 1;
    it.part.smsc_ms = NOW_MS;
    it.part.body_len = (uint16_t)strlen(text);
    memcpy(it.part.body, text, strlen(text));
    memset(it.key, (int)seq, sizeof(it.key));
    return it;
}

/* Records from..to into the directory, as one write each. */
static void write_some(struct store *s, const char *dir, uint64_t from, uint64_t to)
{
    struct journal *j;
    struct journal_batch b = {0};
    assert_int_equal(journal_open(&j, s->db, dir, DAY, from, NOW_MS, 5000), 0);
    for (uint64_t i = from; i <= to; i++) {
        char text[32];
        snprintf(text, sizeof(text), "so %u", (unsigned)i);
        struct journal_item it = part(i, text);
        assert_int_equal(journal_batch_add(&b, &it), 0);
        assert_int_equal(journal_write(j, &b), 0);
        journal_batch_clear(&b);
    }
    journal_batch_free(&b);
    journal_close(j);
}

struct got {
    int n;
    uint64_t seq[64];
    char text[64][40];
};

static int note(void *ctx, const struct journal_item *it)
{
    struct got *g = ctx;
    assert_in_range(g->n, 0, 63);
    g->seq[g->n] = it->seq;
    assert_int_equal(it->type, JOURNAL_PART);
    assert_string_equal(it->part.sender, SENDER);
    snprintf(g->text[g->n++], 40, "%.*s", it->part.body_len, (const char *)it->part.body);
    return 0;
}

static struct journal_seen read_all(struct store *s, const char *dir, uint64_t after, struct got *g)
{
    struct journal_seen seen;
    memset(g, 0, sizeof(*g));
    assert_int_equal(journal_each(s->db, &dir, 1, after, note, g, &seen), 0);
    return seen;
}

/* The directory's only file of the journal. */
static void only_file(const struct store *s, char *out, size_t size)
{
    DIR *d = opendir(s->dir);
    out[0] = '\0';
    for (struct dirent *e; (e = readdir(d));)
        if (!strncmp(e->d_name, "journal-", 8))
            store_path(s, e->d_name, out, size);
    closedir(d);
    assert_true(out[0]);
}

static off_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void flip(const char *path, off_t at)
{
    uint8_t c;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, &c, 1, at), 1);
    c ^= 0x10;
    assert_int_equal(pwrite(fd, &c, 1, at), 1);
    close(fd);
}

static void what_was_written_is_read_back(void **state)
{
    struct store *s = *state;
    struct got g;
    write_some(s, s->dir, 1, 3);
    struct journal_seen seen = read_all(s, s->dir, 0, &g);
    assert_int_equal(g.n, 3);
    assert_string_equal(g.text[2], "so 3");
    assert_int_equal(seen.last, 3);
    assert_int_equal(seen.spoilt + seen.torn + seen.gaps + seen.foreign + seen.unreadable, 0);
    assert_int_equal(seen.last_wall_ms, NOW_MS + 3);
    read_all(s, s->dir, 2, &g);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.seq[0], 3);
}

static int refuse(void *ctx, const struct journal_item *it)
{
    (void)it;
    return *(int *)ctx;
}

/* A database that fails in the middle of a replay: not the file's fault, and not the end of what it has. */
static void who_is_told_of_a_record_may_stop_the_walk(void **state)
{
    struct store *s = *state;
    struct journal_seen seen;
    const char *dir = s->dir;
    int errors[] = {-EIO, -EINVAL, -EPERM, -ENOENT, -EACCES, -ENOSPC};
    write_some(s, s->dir, 1, 3);
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        assert_int_equal(journal_each(s->db, &dir, 1, 0, refuse, &errors[i], &seen), errors[i]);
        assert_int_equal(seen.unreadable + seen.foreign, 0);
    }
}

static int note_whole(void *ctx, const struct journal_item *it)
{
    *(struct journal_item *)ctx = *it;
    return 0;
}

static void every_field_survives(void **state)
{
    struct store *s = *state;
    struct journal_item in = part(1, "x"), out = {0};
    struct journal_batch b = {0};
    struct journal *j;
    struct journal_seen seen;
    const char *dir = s->dir;
    in.hidden = true;
    in.part.ref = 777;
    in.part.ref_bits = 16;
    in.part.total = 255;
    in.part.seq = 3;
    in.part.coding = SMS_UCS2;
    in.part.corrupt = 1;
    in.part.body_len = SMS_BODY_MAX;
    memset(in.part.body, 0xD8, SMS_BODY_MAX);
    in.n_codes = JOURNAL_CODES;
    for (int i = 0; i < JOURNAL_CODES; i++)
        snprintf(in.codes[i], sizeof(in.codes[i]), "1234567890%c", '0' + i);
    assert_int_equal(journal_open(&j, s->db, dir, DAY, 1, NOW_MS, 5000), 0);
    assert_int_equal(journal_batch_add(&b, &in), 0);
    assert_int_equal(journal_write(j, &b), 0);
    journal_close(j);
    journal_batch_free(&b);
    assert_int_equal(journal_each(s->db, &dir, 1, 0, note_whole, &out, &seen), 0);
    assert_memory_equal(&in.part, &out.part, sizeof(in.part));
    assert_memory_equal(in.codes, out.codes, sizeof(in.codes));
    assert_memory_equal(in.key, out.key, sizeof(in.key));
    assert_string_equal(in.line, out.line);
    assert_int_equal(out.hidden, true);
    assert_int_equal(out.rel_ms, in.rel_ms);
    assert_int_equal(out.wall_ms, in.wall_ms);
}

static void a_torn_last_record_is_left_out_and_cut(void **state)
{
    struct store *s = *state;
    char path[400];
    struct got g;
    write_some(s, s->dir, 1, 3);
    only_file(s, path, sizeof(path));
    off_t whole = size_of(path);
    for (off_t cut = 1; cut < 60; cut += 7) {
        assert_int_equal(truncate(path, whole - cut), 0);
        struct journal_seen seen = read_all(s, s->dir, 0, &g);
        assert_int_equal(g.n, 2);
        assert_int_equal(seen.torn, 1);
        assert_int_equal(seen.spoilt, 0); /* a death is no damage */
        write_some(s, s->dir, 3, 3);      /* it goes on where the last whole one ended */
        seen = read_all(s, s->dir, 0, &g);
        assert_int_equal(g.n, 3);
        assert_int_equal(seen.torn, 0);
        assert_int_equal(size_of(path), whole);
    }
}

static void a_damaged_record_in_the_middle_costs_itself_alone(void **state)
{
    struct store *s = *state;
    char path[400];
    struct got g;
    write_some(s, s->dir, 1, 5);
    only_file(s, path, sizeof(path));
    off_t whole = size_of(path), each = (whole - JOURNAL_HEAD_SIZE) / 5;
    for (off_t at = JOURNAL_HEAD_SIZE + 2 * each; at < JOURNAL_HEAD_SIZE + 3 * each; at += 5) {
        flip(path, at);
        struct journal_seen seen = read_all(s, s->dir, 0, &g);
        assert_int_equal(g.n, 4);
        assert_int_equal(g.seq[2], 4);
        assert_int_equal(seen.spoilt, 1);
        assert_int_equal(seen.octets, each);
        assert_int_equal(seen.gaps, 1);
        assert_int_equal(seen.missing, 1);
        flip(path, at);
    }
}

/* Moved inside the file, or into another: bound to neither place can it be read as if it were there. */
static void a_record_elsewhere_is_none(void **state)
{
    struct store *s = *state;
    char path[400], other[300];
    struct got g;
    uint8_t record[512];
    write_some(s, s->dir, 1, 3);
    only_file(s, path, sizeof(path));
    off_t each = (size_of(path) - JOURNAL_HEAD_SIZE) / 3;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, record, (size_t)each, JOURNAL_HEAD_SIZE), each);
    assert_int_equal(pwrite(fd, record, (size_t)each, JOURNAL_HEAD_SIZE + 3 * each), each); /* the first, again */
    struct journal_seen seen = read_all(s, s->dir, 0, &g);
    assert_int_equal(g.n, 3);
    assert_int_equal(seen.unordered, 1);
    close(fd);
    snprintf(other, sizeof(other), "%s/apart", s->dir);
    write_some(s, other, 1, 1);
    snprintf(path, sizeof(path), "%s/journal-%s-%016x.tbj", other, DAY, 1);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, record, (size_t)each, JOURNAL_HEAD_SIZE), each); /* of a file of the same key */
    close(fd);
    seen = read_all(s, other, 0, &g);
    assert_int_equal(g.n, 0);
    unlink(path);
    rmdir(other);
}

static void a_file_of_another_key_is_left_alone(void **state)
{
    struct store *s = *state;
    char path[400];
    struct got g;
    write_some(s, s->dir, 1, 2);
    only_file(s, path, sizeof(path));
    off_t whole = size_of(path);
    struct keys mine = s->db->keys;
    memset(s->db->keys.journal, 7, KEY_SIZE);
    struct journal_seen seen = read_all(s, s->dir, 0, &g);
    assert_int_equal(g.n, 0);
    assert_int_equal(seen.foreign, 1);
    write_some(s, s->dir, 9, 9); /* a file of its own */
    assert_int_equal(size_of(path), whole);
    s->db->keys = mine;
}

static void nothing_of_it_can_be_read_in_the_file(void **state)
{
    struct store *s = *state;
    write_some(s, s->dir, 1, 3);
    assert_int_equal(store_files_with(s, "912000077", 9), 0);
    assert_int_equal(store_files_with(s, "so 2", 4), 0);
    assert_int_equal(store_files_with(s, "48217", 5), 0);
}

static void two_directories_are_one_journal(void **state)
{
    struct store *s = *state;
    char other[400], path[500];
    struct got g;
    struct journal_seen seen;
    snprintf(other, sizeof(other), "%s/apart", s->dir);
    write_some(s, other, 1, 3);  /* the medium */
    write_some(s, s->dir, 3, 5); /* it failed at 3, and was gone */
    const char *dirs[] = {other, s->dir, "/nonexistent/apart"};
    memset(&g, 0, sizeof(g));
    assert_int_equal(journal_each(s->db, dirs, 3, 0, note, &g, &seen), 0);
    assert_int_equal(g.n, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(g.seq[i], i + 1);
    assert_int_equal(seen.gaps, 0);
    snprintf(path, sizeof(path), "%s/journal-%s-%016x.tbj", other, DAY, 1);
    unlink(path);
    rmdir(other);
}

static void the_medium_above_it_is_not_made_up(void **state)
{
    struct store *s = *state;
    char dir[400];
    struct journal *j;
    snprintf(dir, sizeof(dir), "%s/media/journal", s->dir);
    assert_int_equal(journal_open(&j, s->db, dir, DAY, 1, NOW_MS, 5000), -ENOENT);
    assert_null(j);
}

static void old_files_go_and_the_newest_stays(void **state)
{
    struct store *s = *state;
    struct journal *j;
    struct got g;
    const char *days[] = {"20261110", "20261111", "20261112"};
    for (int i = 0; i < 3; i++) {
        struct journal_batch b = {0};
        struct journal_item it = part((uint64_t)i + 1, "x");
        assert_int_equal(journal_open(&j, s->db, s->dir, days[i], (uint64_t)i + 1, NOW_MS, 1000 * (i + 1)), 0);
        assert_int_equal(journal_batch_add(&b, &it), 0);
        assert_int_equal(journal_write(j, &b), 0);
        journal_close(j);
        journal_batch_free(&b);
    }
    assert_int_equal(journal_prune(s->db, s->dir, 2000), 0); /* the first ended at 2000, not before */
    assert_int_equal(journal_prune(s->db, s->dir, 2001), 1);
    read_all(s, s->dir, 0, &g);
    assert_int_equal(g.n, 2);
    assert_int_equal(journal_prune(s->db, s->dir, 999999), 1);
    read_all(s, s->dir, 0, &g);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.seq[0], 3);
}

static void any_octets_are_survived(void **state)
{
    struct store *s = *state;
    char path[400];
    struct got g;
    write_some(s, s->dir, 1, 3);
    only_file(s, path, sizeof(path));
    off_t whole = size_of(path);
    for (off_t n = 0; n < whole; n += 3) { /* cut anywhere */
        char *copy;
        size_t size;
        copy = store_slurp(path, &size);
        assert_int_equal(truncate(path, n), 0);
        read_all(s, s->dir, 0, &g);
        assert_in_range(g.n, 0, 2);
        int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_int_equal(write(fd, copy, size), (ssize_t)size);
        close(fd);
        free(copy);
    }
}

static int silent(void **state)
{
    log_setup("test", LOG_ERR_ - 1, false);
    return store_setup(state);
}

#define journal_test(name) cmocka_unit_test_setup_teardown(name, silent, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        journal_test(what_was_written_is_read_back),
        journal_test(who_is_told_of_a_record_may_stop_the_walk),
        journal_test(every_field_survives),
        journal_test(a_torn_last_record_is_left_out_and_cut),
        journal_test(a_damaged_record_in_the_middle_costs_itself_alone),
        journal_test(a_record_elsewhere_is_none),
        journal_test(a_file_of_another_key_is_left_alone),
        journal_test(nothing_of_it_can_be_read_in_the_file),
        journal_test(two_directories_are_one_journal),
        journal_test(the_medium_above_it_is_not_made_up),
        journal_test(old_files_go_and_the_newest_stays),
        journal_test(any_octets_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
