// SPDX-License-Identifier: GPL-2.0-or-later
/* CSV (RFC 4180, and what spreadsheets make of it); private to config. */
#ifndef TB_CONFIG_CSV_H
#define TB_CONFIG_CSV_H

#include <stddef.h>

#define CSV_CELLS_MAX 32
#define CSV_ROW_MAX 2048

struct csv {
    const char *p, *end;
    char sep;
    int line; /* of the next row, 1.. */
};

/* One row: cells unquoted, blanks at their ends off, in buf. */
struct csv_row {
    int line;
    size_t n;
    const char *cells[CSV_CELLS_MAX];
    char buf[CSV_ROW_MAX];
};

/* A byte order mark is passed over. The separator is the one of , and ; that the first line has more of. */
void csv_open(struct csv *c, const char *data, size_t n);
/* 1: a row; 0: the end; -EINVAL: a quote is not closed, or text follows it; -EMSGSIZE: too many
 * cells or octets. After an error the next call goes on with the line after the bad one. */
int csv_next(struct csv *c, struct csv_row *row);

#endif
