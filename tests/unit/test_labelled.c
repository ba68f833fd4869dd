// SPDX-License-Identifier: GPL-2.0-or-later
/* The project's own labelled messages: nothing wrong in silence, rarely asked. */
#include "tests/unit/labelled.h"
#include "tests/unit/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define RIGHT_AT_LEAST_PERMILLE 985u

static void the_labelled_set_is_read_right(void **state)
{
    struct words *w = *state;
    unsigned n[VERDICTS] = {0};
    char line[4096];
    FILE *f = fopen("tests/unit/labelled/messages.tsv", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char *col[LABEL_COLUMNS];
        if (!label_split(line, col))
            continue;
        enum verdict v = label_judge(say(w, col[6]), col);
        if (v == WRONG)
            print_error("wrong: [%s] '%s' became %s %s %s\n", col[0], col[6], w->m.form, w->m.place, w->m.kind);
        n[v]++;
    }
    fclose(f);
    unsigned all = n[RIGHT] + n[ASKED] + n[WRONG];
    assert_true(all > 500);
    assert_int_equal(n[WRONG], 0);
    assert_true(n[RIGHT] * 1000 >= all * RIGHT_AT_LEAST_PERMILLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_labelled_set_is_read_right)};
    return cmocka_run_group_tests_name("labelled", tests, words_load, words_free);
}
