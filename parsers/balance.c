// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An operator's words to an amount and a date. Called by the desk with the answer to *101#. The words of
 * Viettel, MobiFone, VinaPhone and Vietnamobile differ and change; so amounts are looked for with the words
 * before them: a main account's wins, a promotion's never counts, and without either the first that has a
 * unit. What can go wrong: words that nobody has seen yet; then nothing is claimed.
 */
#include "parsers/balance.h"

#include "gateway/base/err.h"
#include "parsers/fold.h"

#include <string.h>

#define TEXT_MAX 600
#define DONG_MAX 1000000000LL

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The word starts at p, and no letter goes on after it. */
static bool word_at(const char *p, const char *word)
{
    size_t n = strlen(word);
    return !strncmp(p, word, n) && !is_letter(p[n]);
}

/* Where the last of the words begins, NULL: none stands there. */
static const char *last_word(const char *from, const char *to, const char *const *words, size_t n)
{
    const char *last = NULL;
    for (const char *p = from; p < to; p++)
        for (size_t i = 0; i < n && (p == from || !is_letter(p[-1])); i++)
            if (p + strlen(words[i]) <= to && word_at(p, words[i]))
                last = p;
    return last;
}

/* --- amounts --------------------------------------------------------------------------- */

/* "45.300", "12,500", "1 250 000", "45300", "12.500,00": its end, or NULL. */
static const char *read_amount(const char *p, int64_t *dong)
{
    const char *s = p;
    int64_t v = 0;
    for (; is_digit(*s); s++) {
        if (v > DONG_MAX)
            return NULL;
        v = v * 10 + (*s - '0');
    }
    if (s == p)
        return NULL;
    char sep = s - p <= 3 && (*s == '.' || *s == ',' || *s == ' ') ? *s : '\0';
    while (sep && *s == sep && is_digit(s[1]) && is_digit(s[2]) && is_digit(s[3]) && !is_digit(s[4])) {
        if (v > DONG_MAX)
            return NULL;
        v = v * 1000 + (s[1] - '0') * 100 + (s[2] - '0') * 10 + (s[3] - '0');
        s += 4;
    }
    /* hundredths, which no dong has */
    if ((*s == '.' || *s == ',') && *s != sep && is_digit(s[1]) && is_digit(s[2]) && !is_digit(s[3]))
        s += 3;
    *dong = v;
    return v <= DONG_MAX ? s : NULL;
}

static bool has_unit(const char *p)
{
    static const char *const units[] = {"d", "vnd", "dong", "dg"};
    while (*p == ' ')
        p++;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (word_at(p, units[i]))
            return true;
    return !strncmp(p, "₫", strlen("₫"));
}

/* A piece of a date, a time, a phone number or of another word is no amount. */
static bool is_amount(const char *text, const char *p, const char *end)
{
    char before = p > text ? p[-1] : ' ', after = *end;
    if (is_letter(before) || before == '/' || before == '*' || before == '+' || after == '/' || after == '%')
        return false;
    if ((before == ':' || before == '-') && p - 1 > text && is_digit(p[-2]))
        return false; /* 23:59:59, 12-12-2026 */
    if ((after == ':' || after == '-') && is_digit(end[1]))
        return false;
    return !(*p == '0' && end - p >= 9); /* a phone's */
}

/* What stands between the last amount and this one says whose it is. */
enum whose { WHOSE_NONE, WHOSE_MAIN, WHOSE_OTHER };

static enum whose whose(const char *from, const char *to)
{
    static const char *const main_words[] = {
        "tkg",   "tkc", "tk goc", "tk chinh", "tai khoan goc", "tai khoan chinh", "tk",
        "so du", "goc", "chinh",  "main",     "balance",       "tai khoan"};
    static const char *const other_words[] = {"km",    "km1",      "km2", "km3", "khuyen mai", "tkkm",
                                              "tk km", "noi mang", "dk1", "dk2", "kmt",        "thuong",
                                              "ung",   "no",       "phi", "goi", "data"};
    const char *other = last_word(from, to, other_words, ARRAY_LEN(other_words));
    const char *mine = last_word(from, to, main_words, ARRAY_LEN(main_words));
    if (other && (!mine || other >= mine))
        return WHOSE_OTHER; /* "TK KM": the nearer word says it */
    return mine ? WHOSE_MAIN : WHOSE_NONE;
}

static void find_amount(const char *text, struct balance *out)
{
    const char *since = text; /* the end of the last amount */
    bool best_main = false;
    for (const char *p = text; *p; p++) {
        int64_t dong = 0;
        if (!is_digit(*p))
            continue;
        const char *end = read_amount(p, &dong);
        if (!end || !is_amount(text, p, end)) {
            while (is_digit(p[1]))
                p++;
            continue;
        }
        enum whose w = whose(since, p);
        bool unit = has_unit(end), counts = w == WHOSE_MAIN ? unit || end - p >= 4 : w == WHOSE_NONE && unit;
        if (counts && !best_main && (w == WHOSE_MAIN || !out->has_dong)) {
            out->has_dong = true;
            out->dong = dong;
            best_main = w == WHOSE_MAIN;
        }
        since = end;
        p = end - 1;
    }
}

/* --- dates ----------------------------------------------------------------------------- */

static bool valid_date(int y, int m, int d)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 2000 || y > 2099 || m < 1 || m > 12 || d < 1)
        return false;
    bool leap = y % 4 == 0;
    return d <= days[m - 1] + (m == 2 && leap);
}

/* A number of n1 to n2 digits at *p; -1 when there is none. */
static int digits(const char **p, int n1, int n2)
{
    int v = 0, n = 0;
    while (n < n2 && is_digit((*p)[n]))
        v = v * 10 + ((*p)[n++] - '0');
    if (n < n1)
        return -1;
    *p += n;
    return v;
}

/* "12/12/2026", "12-12-26", "12.12.2026", "2026-12-12": day first, or the year. */
static bool read_date(const char *p, struct balance *out)
{
    const char *s = p;
    int a = digits(&s, 1, 4), year_first = s - p == 4;
    char sep = *s++;
    if (a < 0 || (sep != '/' && sep != '-' && sep != '.'))
        return false;
    int b = digits(&s, 1, 2);
    if (b < 0 || *s++ != sep)
        return false;
    const char *third = s;
    int c = digits(&s, year_first ? 1 : 2, 4);
    if (c < 0 || is_digit(*s) || (!year_first && s - third == 3) || (s - p > 4 && *s == sep))
        return false;
    int y = year_first ? a : s - third == 2 ? 2000 + c : c, d = year_first ? c : a;
    if (!valid_date(y, b, d))
        return false;
    out->has_date = true;
    out->year = y;
    out->month = b;
    out->day = d;
    return true;
}

/* The first date after a word that says until when; else the first of all, unless a promotion's. */
static void find_date(const char *text, struct balance *out)
{
    static const char *const until[] = {"hsd", "han", "den", "het", "exp", "expiry", "expire", "expires", "valid"};
    struct balance first = {0};
    const char *since = text;
    for (const char *p = text; *p; p++) {
        struct balance b = {0};
        if (!is_digit(*p) || (p > text && is_digit(p[-1])) || !read_date(p, &b))
            continue;
        bool other = whose(since, p) == WHOSE_OTHER;
        if (!other && last_word(since, p, until, ARRAY_LEN(until))) {
            first = b;
            break;
        }
        if (!other && !first.has_date)
            first = b;
        since = p + 6;
        p += 5;
    }
    out->has_date = first.has_date;
    out->year = first.year;
    out->month = first.month;
    out->day = first.day;
}

bool balance_read(const char *text, struct balance *out)
{
    char folded[TEXT_MAX];
    memset(out, 0, sizeof(*out));
    size_t n = strnlen(text, TEXT_MAX / 3);
    while (n && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    if (fold_text(text, n, folded, sizeof(folded), NULL) < 0)
        return false;
    find_amount(folded, out);
    find_date(folded, out);
    return out->has_dong;
}
