// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log lines to standard error: "<3>text" with systemd's priorities when asked or when
 * standard error is the journal, else "error: text". Every line passes through
 * mask_numbers(), so a phone number can not slip into a log by a careless caller.
 */
#ifndef TB_BASE_LOG_H
#define TB_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERR_ = 3, LOG_WARN_ = 4, LOG_NOTE_ = 5, LOG_INFO_ = 6, LOG_DEBUG_ = 7 };

/* Lines above `max` are dropped; `systemd` selects the "<n>" prefix. `who` (static
 * string, "core", "line gsm1") precedes each line. */
void log_setup(const char *who, enum log_level max, bool systemd);
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...) log_line(LOG_ERR_, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN_, __VA_ARGS__)
#define log_note(...) log_line(LOG_NOTE_, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO_, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG_, __VA_ARGS__)

#endif
