// SPDX-License-Identifier: GPL-2.0-or-later
/* Masking of long digit runs. See mask.h. */
#include "gateway/base/mask.h"

#include <stdbool.h>
#include <stddef.h>

#define MASK_MIN_DIGITS 9
#define MASK_KEPT_DIGITS 3

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_joiner(char c)
{
    return c == ' ' || c == '.' || c == '-';
}

/* The run of digits with single joiners that starts at text[i]: its end; *digits counts. */
static size_t run_end(const char *text, size_t i, int *digits)
{
    size_t end = i;
    *digits = 0;
    while (is_digit(text[i])) {
        ++*digits;
        end = ++i;
        if (is_joiner(text[i]) && is_digit(text[i + 1]))
            i++;
    }
    return end;
}

/* A date such as 30/11/2026 is no run (slashes); "2026-11-12 21:00" is: its groups are a
 * date's, so it is left alone. */
static bool looks_like_date(const char *p)
{
    for (int i = 0; i < 10; i++) {
        bool sep = i == 4 || i == 7;
        if (sep ? p[i] != '-' : !is_digit(p[i]))
            return false;
    }
    return p[0] == '1' || p[0] == '2';
}

void mask_numbers(char *text)
{
    size_t i = 0;
    while (text[i]) {
        if (!is_digit(text[i])) {
            i++;
            continue;
        }
        int digits;
        size_t end = run_end(text, i, &digits);
        if (looks_like_date(text + i) && digits <= 12) {
            i = end;
            continue;
        }
        if (digits >= MASK_MIN_DIGITS) {
            int left = digits;
            for (; i < end; i++)
                if (is_digit(text[i]) && left-- > MASK_KEPT_DIGITS)
                    text[i] = 'x';
        }
        i = end;
    }
}
