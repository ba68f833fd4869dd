// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of the operator's, read whole, and looked through before libconfig gets them. */
#ifndef TB_CONFIG_FILE_H
#define TB_CONFIG_FILE_H

#include "config/config.h"

#include <libconfig.h>

/* The whole file with a NUL behind it, malloc'ed; NULL with the reason in p: missing, no
 * plain file, over 4 MiB, no memory. */
char *file_read(const char *path, size_t *size, struct problems *p);
/* 0, or -EINVAL with the reason: not UTF-8, a NUL octet. What libconfig and a CSV share. */
int file_check_text(const char *file, const char *text, size_t n, struct problems *p);

/* What libconfig 1.5 would swallow or choke on: numbers over 31 bits (it wraps them), \x
 * escapes, @include, nesting over 16, lines over 4096 octets, over 4000 names in a group,
 * and the usual slips of the hand (an open string, a comma too many or missing) said better
 * than "syntax error". 0 or -EINVAL with the reason. */
int scan_settings(const char *file, const char *text, size_t n, struct problems *p);

/* Scans and parses; 0, or -EINVAL with the reason. cfg is initialised in any case, and the
 * caller destroys it. */
int file_parse(const char *file, const char *text, size_t n, config_t *cfg, struct problems *p);

#endif
