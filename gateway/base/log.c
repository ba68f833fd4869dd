// SPDX-License-Identifier: GPL-2.0-or-later
/* Log lines to standard error, masked. See log.h. */
#include "gateway/base/log.h"

#include "gateway/base/mask.h"
#include "gateway/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The one piece of process-wide state: where and how much to log is a property of the
 * process, set once at its start. */
static struct {
    const char *who;
    enum log_level max;
    bool systemd;
} setup = {"tinbao", LOG_INFO_, false};

static const char *level_word(enum log_level level)
{
    switch (level) {
    case LOG_ERR_:
        return "error: ";
    case LOG_WARN_:
        return "warning: ";
    case LOG_DEBUG_:
        return "debug: ";
    case LOG_NOTE_:
    case LOG_INFO_:
        break;
    }
    return "";
}

void log_setup(const char *who, enum log_level max, bool systemd)
{
    setup.who = who;
    setup.max = max;
    setup.systemd = systemd;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    if (level > setup.max)
        return;
    char text[900];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    mask_numbers(text);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = ' '; /* a text with a newline must not forge a log line */
    char line[1024];
    int n;
    if (setup.systemd)
        n = snprintf(line, sizeof(line), "<%d>%s: %s\n", (int)level, setup.who, text);
    else
        n = snprintf(line, sizeof(line), "%s: %s%s\n", setup.who, level_word(level), text);
    if (n > 0 && write(STDERR_FILENO, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1) < 0)
        return; /* nowhere left to say it */
}
