// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Incident codes. Called by understand (is this a code?) and by the desk (draw one). The
 * quasigroup is the one Damm gives for order 10: it catches every single wrong digit and
 * every swap of neighbours.
 */
#include "parsers/code.h"

#include "gateway/base/err.h"

#include <string.h>

static const unsigned char damm[10][10] = {{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
                                           {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
                                           {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
                                           {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
                                           {9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0}};

char code_check_digit(const char *digits, size_t n)
{
    unsigned row = 0;
    for (size_t i = 0; i < n; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return 0;
        row = damm[row][(unsigned char)digits[i] - '0'];
    }
    return (char)('0' + row);
}

bool code_valid(const char *code)
{
    size_t n = strlen(code);
    return n >= 5 && n <= 7 && code_check_digit(code, n) == '0';
}

int code_make(unsigned number, int digits, char *out, size_t size)
{
    if (digits < 4 || digits > 6)
        return -EINVAL;
    size_t n = (size_t)digits;
    if (size < n + 2)
        return -EMSGSIZE;
    for (size_t i = n; i-- > 0; number /= 10)
        out[i] = (char)('0' + number % 10);
    if (number)
        return -EINVAL;
    out[n] = code_check_digit(out, n);
    out[n + 1] = '\0';
    return 0;
}
