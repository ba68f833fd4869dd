// SPDX-License-Identifier: GPL-2.0-or-later
/* Masking of phone and identity numbers in text that leaves the box or enters a log. */
#ifndef TB_BASE_MASK_H
#define TB_BASE_MASK_H

/* In place: every run of 9 digits and more (an optional leading '+', single spaces, dots or
 * hyphens allowed inside) keeps its last three digits, the other digits become 'x'.
 * Incident codes (5 or 6 digits), dates and times are left alone. */
void mask_numbers(char *text);

#endif
