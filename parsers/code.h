// SPDX-License-Identifier: GPL-2.0-or-later
/* Incident codes: digits and a Damm check digit (H. M. Damm, 2004; quasigroup of order 10). */
#ifndef TB_PARSERS_CODE_H
#define TB_PARSERS_CODE_H

#include <stdbool.h>
#include <stddef.h>

/* Check digit ('0'..'9') of n digits; 0 when a character is no digit. "4821" gives '7'. */
char code_check_digit(const char *digits, size_t n);
/* 5 to 7 digits with a right check digit. */
bool code_valid(const char *code);
/* number 0..10^digits-1 to its code with check digit; -EINVAL, -EMSGSIZE. digits 4..6 */
int code_make(unsigned number, int digits, char *out, size_t size);

#endif
