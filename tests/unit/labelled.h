// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of a labelled set (noise, form, place, kind, code, ask, message) and the verdict on
 * what was understood. Shared by the unit test and the scorer of the bench. */
#ifndef TB_TESTS_LABELLED_H
#define TB_TESTS_LABELLED_H

#include "parsers/understand.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum verdict { RIGHT, ASKED, WRONG, VERDICTS };

#define LABEL_COLUMNS 7

static inline bool label_column_right(const char *label, const char *got)
{
    return !strcmp(label, "-") || !strcmp(label, got ? got : "-");
}

static inline enum verdict label_judge(const struct meaning *m, char *const col[LABEL_COLUMNS])
{
    if (strcmp(col[5], "-") != 0)
        return m->ask != DOUBT_NONE ? RIGHT : WRONG;
    bool right = label_column_right(col[1], m->form) && label_column_right(col[2], m->place) &&
                 label_column_right(col[3], m->kind) && label_column_right(col[4], m->code[0] ? m->code : NULL);
    if (right && m->ask == DOUBT_NONE)
        return RIGHT;
    return m->ask != DOUBT_NONE && strcmp(col[1], "none") != 0 ? ASKED : WRONG;
}

/* Cuts the line in place into its columns, `\n` in the message becoming a new line; false
 * for a comment or a line with too few. */
static inline bool label_split(char *line, char *col[LABEL_COLUMNS])
{
    char *p = line;
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '#')
        return false;
    for (size_t i = 0; i + 1 < LABEL_COLUMNS; i++) {
        col[i] = p;
        p = strchr(p, '\t');
        if (!p)
            return false;
        *p++ = '\0';
    }
    col[LABEL_COLUMNS - 1] = p;
    size_t n = 0;
    for (const char *s = p; *s; s++) {
        bool new_line = *s == '\\' && s[1] == 'n';
        p[n++] = new_line ? '\n' : *s;
        s += new_line;
    }
    p[n] = '\0';
    return true;
}

#endif
