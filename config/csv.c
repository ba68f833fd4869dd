// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSV as spreadsheets write it: comma or semicolon, quotes doubled inside quotes, LF or CRLF.
 * Called by the roster. Pure; a bad row costs only itself.
 */
#include "config/csv.h"

#include "gateway/base/err.h"

#include <stdbool.h>
#include <string.h>

void csv_open(struct csv *c, const char *data, size_t n)
{
    if (n >= 3 && !memcmp(data, "\xEF\xBB\xBF", 3)) {
        data += 3;
        n -= 3;
    }
    size_t commas = 0, semicolons = 0;
    for (size_t i = 0; i < n && data[i] != '\n' && data[i] != '\r'; i++) {
        commas += data[i] == ',';
        semicolons += data[i] == ';';
    }
    *c = (struct csv){.p = data, .end = data + n, .sep = semicolons > commas ? ';' : ',', .line = 1};
}

/* Passes over one end of line: LF, CRLF or a lone CR. */
static void end_of_line(struct csv *c)
{
    const char *began = c->p;
    if (c->p < c->end && *c->p == '\r')
        c->p++;
    if (c->p < c->end && *c->p == '\n')
        c->p++;
    c->line += c->p > began;
}

static void skip_line(struct csv *c)
{
    while (c->p < c->end && *c->p != '\n' && *c->p != '\r')
        c->p++;
    end_of_line(c);
}

static bool put(struct csv_row *row, size_t *len, char ch)
{
    if (*len + 1 >= sizeof(row->buf))
        return false;
    row->buf[(*len)++] = ch;
    return true;
}

/* The inside of a quoted cell; c->p is behind the opening quote, and after it behind the closing one. */
static int quoted(struct csv *c, struct csv_row *row, size_t *len)
{
    while (c->p < c->end) {
        char ch = *c->p++;
        if (ch == '"' && (c->p == c->end || *c->p != '"'))
            return 0;
        if (ch == '"')
            c->p++;
        if (ch == '\n')
            c->line++;
        if (!put(row, len, ch))
            return -EMSGSIZE;
    }
    return -EINVAL;
}

static bool at_end(const struct csv *c)
{
    return c->p == c->end || *c->p == c->sep || *c->p == '\n' || *c->p == '\r';
}

static void skip_blanks(struct csv *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t') && *c->p != c->sep)
        c->p++;
}

static int cell(struct csv *c, struct csv_row *row, size_t *len)
{
    size_t start = *len;
    int rc = 0;
    row->cells[row->n++] = row->buf + start;
    skip_blanks(c);
    if (c->p < c->end && *c->p == '"') {
        c->p++;
        rc = quoted(c, row, len);
        skip_blanks(c);
        if (rc == 0 && !at_end(c))
            rc = -EINVAL;
    } else {
        for (; rc == 0 && !at_end(c); c->p++)
            rc = put(row, len, *c->p) ? 0 : -EMSGSIZE;
    }
    if (rc < 0)
        return rc;
    while (*len > start && (row->buf[*len - 1] == ' ' || row->buf[*len - 1] == '\t'))
        --*len;
    row->buf[(*len)++] = '\0'; /* put() keeps room for it */
    return 0;
}

static int cells(struct csv *c, struct csv_row *row)
{
    size_t len = 0;
    for (;;) {
        if (row->n == CSV_CELLS_MAX || len + 1 >= sizeof(row->buf))
            return -EMSGSIZE;
        int rc = cell(c, row, &len);
        if (rc < 0)
            return rc;
        if (c->p == c->end || *c->p != c->sep)
            return 0;
        c->p++;
    }
}

int csv_next(struct csv *c, struct csv_row *row)
{
    row->n = 0;
    row->line = c->line;
    if (c->p == c->end)
        return 0;
    const struct csv begin = *c;
    int rc = cells(c, row);
    if (rc < 0) {
        *c = begin; /* an open quote must not swallow the good lines below */
        skip_line(c);
        return rc;
    }
    end_of_line(c);
    return 1;
}
