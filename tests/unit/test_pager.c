// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages: never over their width, and over all of them each phrase once, in its order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/desk/pager.h"

#define PHRASES_MAX 60
#define ROUNDS 400
#define ALL_SIZE 65536

static uint32_t draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*seed >> 33);
}

/* Phrases made of a seed: words of any length, some wider than a page, some that count twice. */
struct phrases {
    char text[PHRASES_MAX][700];
    bool pick[PHRASES_MAX];
    int n;
};

static void make(struct phrases *f, uint64_t seed)
{
    static const char *const words[] = {"Man", "De", "4821x", "DANH", "21:05", "{x}", "cau|", "nhan", "~", "nguoi;"};
    f->n = 1 + (int)(draw(&seed) % (PHRASES_MAX - 1));
    for (int i = 0; i < f->n; i++) {
        uint32_t wide = draw(&seed) % 20;
        int words_n = 1 + (int)(draw(&seed) % (wide == 0 ? 60 : 7));
        f->text[i][0] = '\0';
        for (int k = 0; k < words_n; k++) {
            size_t len = strlen(f->text[i]);
            snprintf(f->text[i] + len, sizeof(f->text[i]) - len, "%s%s", k ? " " : "", words[draw(&seed) % 10]);
        }
        f->pick[i] = draw(&seed) % 3 == 0;
    }
}

static void say(struct pager *p, const struct phrases *f, bool picks)
{
    char key[16];
    for (int i = 0; i < f->n; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        if (f->pick[i] && picks)
            page_pick(p, key, "%s", f->text[i]);
        else
            page_add(p, "%s", f->text[i]);
    }
}

/* One page without its end, its numbers and its signs: the words that were said. */
static void words_of(const struct pager *p, const char *end, char *all)
{
    char page[PAGER_OUT_SIZE];
    assert_true(strlen(p->out) >= strlen(end));
    size_t n = strlen(p->out) - strlen(end);
    memcpy(page, p->out, n);
    page[n] = '\0';
    for (char *line = page; line; line = strchr(line, '\n')) {
        if (*line == '\n' && line[1] >= '1' && line[1] <= '8' && line[2] == ' ')
            memmove(line + 1, line + 3, strlen(line + 3) + 1);
        line += *line == '\n';
    }
    for (char *c = page; *c; c++)
        if (*c == '\n')
            *c = ' ';
    size_t len = strlen(all);
    snprintf(all + len, ALL_SIZE - len, "%s%s", len && *page ? " " : "", page);
}

static void all_pages(const struct phrases *f, int width, const char *more, const char *last, char *all)
{
    struct pager p;
    all[0] = '\0';
    for (int page = 1;; page++) {
        pager_start(&p, width, page);
        snprintf(p.more, sizeof(p.more), "%s", more);
        snprintf(p.last, sizeof(p.last), "%s", last);
        say(&p, f, false);
        assert_true(pager_end(&p));
        assert_in_range(gsm7_septets(p.out), 0, width);
        words_of(&p, p.has_more ? more : last, all);
        if (!p.has_more)
            break;
    }
    pager_start(&p, width, 500);
    say(&p, f, false);
    assert_false(pager_end(&p)); /* there is no such page */
    assert_string_equal(p.out, "");
}

static void no_page_is_over_its_width_and_no_phrase_is_lost_or_doubled(void **state)
{
    (void)state;
    struct phrases *f = calloc(1, sizeof(*f));
    char *all = calloc(1, ALL_SIZE), *want = calloc(1, ALL_SIZE);
    assert_true(f && all && want);
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        make(f, seed);
        want[0] = '\0';
        for (int i = 0; i < f->n; i++)
            snprintf(want + strlen(want), ALL_SIZE - strlen(want), "%s%s", i ? " " : "", f->text[i]);
        int width = PAGER_WIDTH_MIN + (int)(seed * 7 % (PAGER_WIDTH_MAX - PAGER_WIDTH_MIN + 1));
        all_pages(f, width, "\nTiep: *2*0*12#", "", all);
        assert_string_equal(all, want);
        all_pages(f, width, "\n8 Thon 9 Tiep 0 Ve", "\n8 Thon 0 Ve", all);
        assert_string_equal(all, want);
    }
    free(f);
    free(all);
    free(want);
}

static void every_entry_can_be_picked_on_one_page_by_its_number(void **state)
{
    (void)state;
    struct phrases *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct pager p = {.has_more = true};
        bool seen[PHRASES_MAX] = {false};
        make(f, seed);
        for (int page = 1; p.has_more; page++) {
            pager_start(&p, 160, page);
            snprintf(p.more, sizeof(p.more), "\n9 Tiep 0 Ve");
            snprintf(p.last, sizeof(p.last), "\n0 Ve");
            p.picks = 7;
            say(&p, f, true);
            assert_true(pager_end(&p));
            assert_in_range(gsm7_septets(p.out), 0, 160);
            assert_in_range(p.n_keys, 0, 7);
            for (int i = 0; i < p.n_keys; i++) {
                char number[16];
                int k = atoi(p.keys[i] + 1);
                assert_false(seen[k]);
                seen[k] = true;
                snprintf(number, sizeof(number), "%d ", i + 1);
                assert_non_null(strstr(p.out, number));
            }
        }
        for (int i = 0; i < f->n; i++)
            assert_int_equal(seen[i], f->pick[i]);
    }
    free(f);
}

static void an_answer_that_fits_has_one_page_and_no_end(void **state)
{
    (void)state;
    struct pager p;
    char text[161];
    memset(text, 'a', 160);
    for (size_t i = 10; i < 160; i += 11)
        text[i] = ' ';
    text[160] = '\0';
    pager_start(&p, 160, 1);
    snprintf(p.more, sizeof(p.more), "\nTiep: *1*0*2#");
    page_flow(&p, text);
    assert_true(pager_end(&p));
    assert_string_equal(p.out, text);
    assert_false(p.has_more);
}

static void a_word_without_end_is_cut_and_not_dropped(void **state)
{
    (void)state;
    struct pager p;
    char text[401];
    size_t n = 0;
    memset(text, 'z', 400);
    text[400] = '\0';
    for (int page = 1;; page++) {
        pager_start(&p, 160, page);
        snprintf(p.more, sizeof(p.more), "\nTiep: *2*48217*%d#", page + 1);
        page_add(&p, "48217");
        page_add(&p, "%s", text);
        assert_true(pager_end(&p));
        assert_in_range(gsm7_septets(p.out), 1, 160);
        for (const char *c = p.out; *c; c++)
            n += *c == 'z';
        if (!p.has_more)
            break;
    }
    assert_int_equal(n, 400);
}

static void a_phrase_goes_out_without_accents_numbers_and_line_breaks(void **state)
{
    (void)state;
    struct pager p;
    pager_start(&p, 160, 1);
    page_add(&p, "  Mạn Đê\ngọi %s  ", "0912345678");
    assert_true(pager_end(&p));
    assert_string_equal(p.out, "Man De goi xxxxxxx678");
}

static void an_empty_answer_is_one_empty_page(void **state)
{
    (void)state;
    struct pager p;
    pager_start(&p, 160, 1);
    assert_true(page_empty(&p));
    page_add(&p, "%s", " \n ");
    assert_true(page_empty(&p));
    assert_true(pager_end(&p));
    assert_string_equal(p.out, "");
    pager_start(&p, 160, 2);
    assert_false(pager_end(&p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_page_is_over_its_width_and_no_phrase_is_lost_or_doubled),
        cmocka_unit_test(every_entry_can_be_picked_on_one_page_by_its_number),
        cmocka_unit_test(an_answer_that_fits_has_one_page_and_no_end),
        cmocka_unit_test(a_word_without_end_is_cut_and_not_dropped),
        cmocka_unit_test(a_phrase_goes_out_without_accents_numbers_and_line_breaks),
        cmocka_unit_test(an_empty_answer_is_one_empty_page),
    };
    return cmocka_run_group_tests_name("pager", tests, NULL, NULL);
}
