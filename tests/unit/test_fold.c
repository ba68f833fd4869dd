// SPDX-License-Identifier: GPL-2.0-or-later
/* Folding: one spelling for all ways to write a word, and the way back to the text. */
#include "parsers/fold.h"
#include "parsers/syllable.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void folds_to(const char *in, const char *want)
{
    char nfc[256], out[256];
    assert_true(fold_nfc(in, strlen(in), nfc, sizeof nfc) >= 0);
    assert_int_equal(fold_text(nfc, strlen(nfc), out, sizeof out, NULL), (int)strlen(want));
    assert_string_equal(out, want);
}

static void marks_case_and_d_are_folded(void **state)
{
    (void)state;
    folds_to("MẠN ĐÊ thượng", "man de thuong");
    folds_to("Ðê đỗ Ũ ỹ", "de do u y");
    folds_to("", "");
}

static void decomposed_text_folds_the_same(void **state)
{
    (void)state;
    folds_to("Ma\xCC\xA3n \xC4\x90\x65\xCC\x82", "man de");
    folds_to("tho\xCC\x82n", "thon");
}

static void lookalikes_and_wide_letters_become_latin(void **state)
{
    (void)state;
    folds_to("\xD0\x92\xD0\xA1", "bc");                      /* Cyrillic */
    folds_to("\xEF\xBC\xA2\xEF\xBC\xA3\xEF\xBC\x92", "bc2"); /* full width */
    folds_to("\xCE\x91\xCE\x92", "ab");                      /* Greek */
    folds_to("B\xE2\x80\x8B"
             "C\xC2\xA0"
             "1",
             "bc 1"); /* zero width, no-break space */
}

static void nfc_composes_what_was_decomposed(void **state)
{
    (void)state;
    char out[64];
    assert_true(fold_nfc("e\xCC\x82\xCC\x81", 5, out, sizeof out) > 0);
    assert_string_equal(out, "ế");
}

static void offsets_lead_back_to_the_text(void **state)
{
    (void)state;
    char out[32];
    uint16_t at[32];
    const char *in = "aĐê b";
    assert_int_equal(fold_text(in, strlen(in), out, sizeof out, at), 5);
    assert_int_equal(at[0], 0);
    assert_int_equal(at[1], 1);
    assert_int_equal(at[2], 3);
    assert_int_equal(at[3], 5);
    assert_int_equal(at[5], (int)strlen(in));
}

static void what_does_not_fit_is_refused_and_emptied(void **state)
{
    (void)state;
    char out[4] = "xyz";
    assert_int_equal(fold_text("abcd", 4, out, sizeof out, NULL), -EMSGSIZE);
    assert_string_equal(out, "");
    assert_int_equal(fold_nfc("abcd", 4, out, sizeof out), -EMSGSIZE);
    assert_int_equal(fold_text("abc", 3, out, sizeof out, NULL), 3);
}

static void outgoing_text_loses_marks_and_keeps_its_case(void **state)
{
    (void)state;
    char out[64];
    fold_unaccent("Mạn Đê: 5€ “ổ” 😀…", strlen("Mạn Đê: 5€ “ổ” 😀…"), out, sizeof out);
    assert_string_equal(out, "Man De: 5€ \"o\" ?...");
}

static void syllables_of_vietnamese_are_known(void **state)
{
    (void)state;
    static const char *const good[] = {"thuong", "man",   "de",  "nghieng", "gi",
                                       "giet",   "quyet", "yen", "khuya",   "xoong"};
    static const char *const bad[] = {"trnih", "thhuong", "trgnh", "bc", "wave", "ciem", "ghat", "duoong", "tdp"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(syllable_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(syllable_valid(bad[i], strlen(bad[i])));
}

static void marks_may_be_missing_but_not_others(void **state)
{
    (void)state;
    assert_true(marks_agree("chay", 4, "cháy", strlen("cháy")));
    assert_true(marks_agree("CHÁY", strlen("CHÁY"), "cháy", strlen("cháy")));
    assert_false(marks_agree("chạy", strlen("chạy"), "cháy", strlen("cháy")));
    assert_true(marks_agree("trôm", strlen("trôm"), "trộm", strlen("trộm")));
    assert_false(marks_agree("trơm", strlen("trơm"), "trộm", strlen("trộm")));
}

static void keys_of_telex_and_vni_come_out(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"ddoong", "dong"}, {"dduwowcj", "duoc"}, {"ta8c1", "tac"}, {"thu7o7ng5", "thuong"},
        {"manj", "man"},    {"hets", "het"},      {"se", "se"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[32] = "";
        size_t n = keys_out(cases[i][0], strlen(cases[i][0]), out, sizeof out);
        out[n] = '\0';
        assert_string_equal(out, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_case_and_d_are_folded),
        cmocka_unit_test(decomposed_text_folds_the_same),
        cmocka_unit_test(lookalikes_and_wide_letters_become_latin),
        cmocka_unit_test(nfc_composes_what_was_decomposed),
        cmocka_unit_test(offsets_lead_back_to_the_text),
        cmocka_unit_test(what_does_not_fit_is_refused_and_emptied),
        cmocka_unit_test(outgoing_text_loses_marks_and_keeps_its_case),
        cmocka_unit_test(syllables_of_vietnamese_are_known),
        cmocka_unit_test(marks_may_be_missing_but_not_others),
        cmocka_unit_test(keys_of_telex_and_vni_come_out),
    };
    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
