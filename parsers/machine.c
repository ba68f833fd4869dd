// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Advertising, one-time passwords and operators' notices: told from people by phrases that
 * only machines send, in pairs, so that one word in a person's tip does not silence it.
 * Called by the desk for texts without a form; a wrong "yes" drops an answer, so it is
 * conservative.
 */
#include "gateway/base/err.h"
#include "gateway/base/sms.h"
#include "parsers/fold.h"
#include "parsers/understand.h"

#include <string.h>

/* One of these is enough. */
static const char *const sure[] = {"[qc]",
                                   "(qc)",
                                   "[tb]",
                                   "(tb)",
                                   "ma otp",
                                   "otp cua",
                                   "ma xac thuc",
                                   "ma xac nhan",
                                   "ma kich hoat",
                                   "quy khach",
                                   "tu choi qc",
                                   "khuyen mai",
                                   "gia tri the nap",
                                   "tai khoan chinh",
                                   "tai khoan cua ban con",
                                   "so du tk",
                                   "so du tai khoan",
                                   "verification code",
                                   "one-time password",
                                   "otp is",
                                   "is your code"};
/* Two of these. */
static const char *const hints[] = {"http",     "truy cap",     "link",     "soan tin",     "soan ",     "gui 1",
                                    "gui 8",    "gui 9",        "mien phi", "uu dai",       "giam gia",  "han su dung",
                                    "goi cuoc", "dang ky ngay", "nhan qua", "trung thuong", "chuc mung", "data",
                                    "gb/ngay",  "cskh",         "hotline",  "lh 1800",      "1900",      "vietcombank",
                                    "viettel",  "vinaphone",    "mobifone", "the nap",      "vay tien",  "lai suat",
                                    ".vn",      ".com",         "chi tiet", "hsd",          "tai khoan"};

static size_t hits(const char *text, const char *const *words, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += strstr(text, words[i]) != NULL;
    return k;
}

bool looks_like_machine(const char *text)
{
    char nfc[SMS_TEXT_MAX], folded[SMS_TEXT_MAX];
    size_t n = strlen(text);
    if (n >= sizeof nfc)
        n = sizeof nfc - 1;
    int m = fold_nfc(text, n, nfc, sizeof nfc);
    m = m < 0 ? m : fold_text(nfc, (size_t)m, folded, sizeof folded, NULL);
    if (m <= 0)
        return false;
    return hits(folded, sure, ARRAY_LEN(sure)) > 0 || hits(folded, hints, ARRAY_LEN(hints)) >= 2;
}
