// SPDX-License-Identifier: GPL-2.0-or-later
/* Anything in any order from anybody: no error but a disposition for each, nobody's number in
 * clear, and nothing restricted to who is not named for it. The seed is fixed. */
#include "tests/unit/desk_rig.h"

#include "gateway/base/str.h"

#define FILE_MAX (64U << 20)

static uint32_t next(uint32_t *x)
{
    *x ^= *x << 13, *x ^= *x >> 17, *x ^= *x << 5;
    return *x;
}

static const char *const senders[] = {MEMBER,         LEADER,         OFFICER,   DUTY,   STRANGER, "+84912000091",
                                      "+84909000001", "+84903000003", "Viettel", "9029", "",       "+84900000000"};
static const char *const words[] = {"BC ",      "TIN ",      "SOS ",
                                    "THEM ",    "NHAN ",     "XONG ",
                                    "CM ",      "XEM ",      "SUA ",
                                    "HUY ",     "man de ",   "tdp 1 ",
                                    "trom ",    "bao hanh ", "danh nhau ",
                                    "2h sang ", "#",         "*2*",
                                    "LOAI ",    "THON ",     "ANTOAN ",
                                    "DULIEU ",  "VAO ",      "RA ",
                                    "HD ",      "2 ",        "chay ",
                                    "?",        "{code}",    "{code}",
                                    "{code}",   "{code}",    "\xF0\x9F\x98\x80",
                                    "HOP ",     "*1#"};

static void make_text(struct rig *r, uint32_t *x, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    char sql[100], code[16];
    for (uint32_t n = 1 + next(x) % 5; n > 0; n--) {
        const char *w = words[next(x) % ARRAY_LEN(words)];
        if (w[0] != '{') {
            sbuf_add(&b, w);
            continue;
        }
        snprintf(sql, sizeof(sql), "SELECT code FROM incident WHERE id %% 7 = %u ORDER BY id DESC", next(x) % 7);
        rig_ask(r, sql, code, sizeof(code));
        sbuf_addf(&b, "%s ", code);
    }
}

/* How many files of the state directory hold these octets. */
static int files_with(const struct rig *r, const char *needle)
{
    static const char *const files[] = {"tinbao.db", "tinbao.db-wal"};
    int found = 0;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char path[100], *text = malloc(FILE_MAX);
        snprintf(path, sizeof(path), "%s/%s", r->dir, files[i]);
        FILE *f = fopen(path, "r");
        assert_true(f && text);
        size_t n = fread(text, 1, FILE_MAX, f);
        found += memmem(text, n, needle, strlen(needle)) != NULL;
        fclose(f);
        free(text);
    }
    return found;
}

static void whatever_comes_has_an_end_and_tells_nobody(void **state)
{
    struct rig *r = *state;
    uint32_t x = 20261122;
    char text[200];
    for (int i = 0; i < 1500; i++) {
        const char *from = senders[next(&x) % (ARRAY_LEN(senders))];
        make_text(r, &x, text, sizeof(text));
        if (next(&x) % 4 == 0)
            rig_part(r, from, (int)(next(&x) % 3), 1 + (int)(next(&x) % 3), 3, text);
        else
            rig_text(r, from, text);
        rig_later(r, (int64_t)(next(&x) % 200) * SECOND_MS);
    }
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition IN ('failed', 'received')"), 0);
    assert_int_equal(
        rig_number(
            r,
            "SELECT COUNT(*) FROM outbox o JOIN incident i ON i.id = o.incident_id JOIN \"user\" u ON u.id = o.user_id "
            "WHERE i.restricted = 1 AND o.state = 'queued' AND o.user_id <> COALESCE(i.user_id, 0) "
            "AND u.phone NOT IN ('+84903000001', '+84903000003')"),
        0);
    assert_int_equal(files_with(r, "912000090"), 0);
    assert_int_equal(files_with(r, "912000091"), 0);
    assert_true(files_with(r, "BC ") > 0); /* the search itself works */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox o JOIN party p ON p.id = o.party_id "
                                   "WHERE p.sealed IS NULL"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {rig_test(whatever_comes_has_an_end_and_tells_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
