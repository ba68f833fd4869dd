// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keys of `tinbao tips` as people copy them: 64 hex digits, a hyphen, and 8 that catch a slip. In base
 * because config (tips.seal_to), store and the command need them.
 */
#ifndef TB_BASE_TIPKEY_H
#define TB_BASE_TIPKEY_H

#include <stddef.h>
#include <stdint.h>

#define TIPKEY_SIZE 32
#define TIPKEY_TEXT_SIZE 74 /* with its NUL */

void tipkey_write(const uint8_t key[TIPKEY_SIZE], char out[TIPKEY_TEXT_SIZE]);
/* 0, or -EINVAL: not so long, no hex, or mistyped. Blanks at its end are forgiven. */
int tipkey_read(const char *text, uint8_t key[TIPKEY_SIZE]);

#endif
