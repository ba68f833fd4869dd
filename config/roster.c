// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The roster: name,phone,role,places,pin. Called by the loader and `tinbao roster`. A bad
 * line is said with what to do, and left out; the others load.
 */
#include "config/config.h"

#include "config/csv.h"
#include "config/file.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ENTRIES_MAX 100000

enum column { COL_NAME, COL_PHONE, COL_ROLE, COL_PLACES, COL_PIN, COL_COUNT };
static const char *const column_names[COL_COUNT] = {"name", "phone", "role", "places", "pin"};

struct reading {
    const char *file;
    struct problems *p;
    size_t columns;
    size_t at[COL_COUNT]; /* where a column stands, SIZE_MAX: nowhere */
    struct roster_entry *list;
    size_t n, cap;
};

#define SAY(r, line, ...) problems_add((r)->p, false, (r)->file, line, __VA_ARGS__)

static bool is_column(struct reading *r, const char *title, size_t i)
{
    for (size_t c = 0; c < COL_COUNT; c++) {
        if (strcasecmp(title, column_names[c]) != 0)
            continue;
        if (r->at[c] != SIZE_MAX)
            SAY(r, 1, "the column '%s' is there twice: delete one", column_names[c]);
        r->at[c] = i;
        return true;
    }
    return false;
}

static int read_header(struct reading *r, const struct csv_row *row)
{
    size_t errors = r->p->errors;
    r->columns = row->n;
    for (size_t c = 0; c < COL_COUNT; c++)
        r->at[c] = SIZE_MAX;
    for (size_t i = 0; i < row->n; i++) {
        if (!row->cells[i][0] || is_column(r, row->cells[i], i))
            continue;
        const char *near = str_nearest(row->cells[i], column_names, COL_COUNT);
        SAY(r, row->line, "no column '%.40s' is known%s%s%s: the first line is name,phone,role,places,pin",
            row->cells[i], near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    for (size_t c = 0; c < COL_PIN; c++)
        if (r->at[c] == SIZE_MAX)
            SAY(r, row->line, "the column '%s' is missing: the first line is name,phone,role,places,pin",
                column_names[c]);
    return r->p->errors == errors ? 0 : -EINVAL;
}

static const char *cell_of(const struct reading *r, const struct csv_row *row, enum column c)
{
    return r->at[c] < row->n ? row->cells[r->at[c]] : "";
}

static bool has_control(const char *v)
{
    for (; *v; v++)
        if ((unsigned char)*v < 0x20 || *v == 0x7F)
            return true;
    return false;
}

static bool read_name(struct reading *r, const struct csv_row *row, struct roster_entry *e)
{
    const char *v = cell_of(r, row, COL_NAME);
    const char *why = NULL;
    if (!*v)
        why = "the name is empty: write it";
    else if (strchr("=+-@", *v))
        why = "a name may not begin with = + - or @ (a spreadsheet would run it): delete the sign";
    else if (has_control(v))
        why = "there is a line break or control character in the name: delete it";
    else if (str_copy(e->name, sizeof(e->name), v) < 0)
        why = "the name is longer than 95 octets: shorten it";
    if (why)
        SAY(r, row->line, "%s", why);
    return !why;
}

static bool read_phone(struct reading *r, const struct csv_row *row, struct roster_entry *e)
{
    const char *v = cell_of(r, row, COL_PHONE);
    if (*v && phone_normalize(v, e->phone, sizeof(e->phone)) == 0)
        return true;
    /* +840000… and 84912345678 as 912345678: what a spreadsheet makes of a number column */
    bool lost_zero = strlen(v) == 9 && strspn(v, "0123456789") == 9;
    bool scientific = strpbrk(v, "eE") && strspn(v, "0123456789.,eE+") == strlen(v);
    if (!*v)
        SAY(r, row->line, "the phone is empty: write it like 0912345678");
    else if (lost_zero || scientific)
        SAY(r, row->line,
            "'%.40s' is no phone number: a spreadsheet took it for a number; format the column as "
            "text and write 0912345678 again",
            v);
    else
        SAY(r, row->line, "'%.40s' is no phone number: write it like 0912345678 or +84912345678", v);
    return false;
}

static bool read_role(struct reading *r, const struct csv_row *row, struct roster_entry *e)
{
    const char *v = cell_of(r, row, COL_ROLE), *names[ROLE_COUNT];
    e->role = role_from(v);
    if (e->role != ROLE_NONE)
        return true;
    size_t n = 0;
    for (int i = ROLE_NONE + 1; i < ROLE_COUNT; i++)
        names[n++] = role_name((enum role)i);
    const char *near = str_nearest(v, names, n);
    if (*v && near)
        SAY(r, row->line, "there is no role '%.40s': did you mean '%s'?", v, near);
    else
        SAY(r, row->line, "%s%.40s%s: it is member, deputy, leader, village_head, area_officer, duty or chief",
            *v ? "there is no role '" : "the role is empty", v, *v ? "'" : "");
    return false;
}

static bool add_place(struct reading *r, int line, struct roster_entry *e, const char *code, size_t n)
{
    for (const char *p = e->places; *p;) {
        size_t len = strcspn(p, " ");
        if (len == n && !memcmp(p, code, n))
            return true; /* the same again */
        p += len;
        p += *p == ' ';
    }
    size_t used = strlen(e->places);
    if (n >= PLACE_CODE_SIZE) {
        SAY(r, line,
            "'%.*s' is no place's code: it has at most 7 digits or letters; two codes are joined by ; or a "
            "blank",
            n > 40 ? 40 : (int)n, code);
        return false;
    }
    if (used + 1 + n >= sizeof(e->places)) {
        SAY(r, line, "too many places: their codes have at most 255 octets together");
        return false;
    }
    if (used)
        e->places[used++] = ' ';
    memcpy(e->places + used, code, n);
    e->places[used + n] = '\0';
    return true;
}

static bool read_places(struct reading *r, const struct csv_row *row, struct roster_entry *e)
{
    const char *v = cell_of(r, row, COL_PLACES);
    for (;;) {
        v += strspn(v, " ;,\t");
        size_t n = strcspn(v, " ;,\t");
        if (n == 0)
            break;
        for (size_t i = 0; i < n; i++) {
            if (isalnum((unsigned char)v[i]))
                continue;
            SAY(r, row->line, "'%.40s' are no places: write codes of places.cfg, joined by ; or a blank", v);
            return false;
        }
        if (!add_place(r, row->line, e, v, n))
            return false;
        v += n;
    }
    if (!e->places[0] && e->role != ROLE_NONE && e->role != ROLE_DUTY && e->role != ROLE_CHIEF) {
        SAY(r, row->line, "the role %s needs a place: write the code of the village in the column places",
            role_name(e->role));
        return false;
    }
    return true;
}

static bool read_pin(struct reading *r, const struct csv_row *row, struct roster_entry *e)
{
    const char *v = cell_of(r, row, COL_PIN);
    size_t n = strlen(v);
    if (n == 0 || (n >= 4 && n <= 12 && strspn(v, "0123456789") == n))
        return str_copy(e->pin, sizeof(e->pin), v) == 0;
    SAY(r, row->line, "the pin is 4 to 12 digits, or empty (a spreadsheet may have dropped zeros at its front)");
    return false;
}

static bool extra_cells(struct reading *r, const struct csv_row *row)
{
    for (size_t i = r->columns; i < row->n; i++) {
        if (!row->cells[i][0])
            continue;
        SAY(r, row->line,
            "%zu cells, but the first line has %zu: put a cell that holds the separator (places 4;5;6) "
            "in quotes",
            row->n, r->columns);
        return true;
    }
    return false;
}

static bool is_blank(const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i][0])
            return false;
    return true;
}

static int keep(struct reading *r, const struct roster_entry *e)
{
    if (r->n == ENTRIES_MAX)
        return -EMSGSIZE;
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        struct roster_entry *bigger = realloc(r->list, cap * sizeof(*bigger));
        if (!bigger)
            return -ENOMEM;
        r->list = bigger;
        r->cap = cap;
    }
    r->list[r->n++] = *e;
    return 0;
}

static int read_row(struct reading *r, const struct csv_row *row)
{
    struct roster_entry e = {.line = row->line};
    if (is_blank(row) || extra_cells(r, row))
        return 0;
    /* all of them, so that all that is wrong with a line is said at once */
    bool name = read_name(r, row, &e), phone = read_phone(r, row, &e), role = read_role(r, row, &e);
    bool places = read_places(r, row, &e), pin = read_pin(r, row, &e);
    return name && phone && role && places && pin ? keep(r, &e) : 0;
}

/* The first line that is not blank. */
static int find_header(struct reading *r, struct csv *csv, struct csv_row *row)
{
    int rc;
    do
        rc = csv_next(csv, row);
    while (rc > 0 && is_blank(row));
    if (rc > 0)
        return read_header(r, row);
    SAY(r, row->line, "%s: the first line is name,phone,role,places,pin",
        rc == 0 ? "the roster is empty" : "the first line can not be read");
    return -EINVAL;
}

static int read_rows(struct reading *r, struct csv *csv)
{
    struct csv_row row;
    int rc = find_header(r, csv, &row), kept = 0;
    if (rc < 0)
        return rc;
    while (kept == 0 && (rc = csv_next(csv, &row)) != 0) {
        if (rc == -EINVAL)
            SAY(r, row.line,
                "a quote \" that is not closed, or text after it: quote the whole cell, and write \"\" "
                "for a quote inside it");
        else if (rc < 0)
            SAY(r, row.line, "the line is too long: at most 2047 octets and 32 cells");
        else
            kept = read_row(r, &row);
    }
    return kept;
}

int roster_parse(const char *data, size_t size, const char *file, struct roster_entry **out, struct problems *p)
{
    *out = NULL;
    struct reading r = {.file = file, .p = p};
    int rc = file_check_text(file, data, size, p);
    if (rc < 0)
        return rc;
    struct csv csv;
    csv_open(&csv, data, size);
    rc = read_rows(&r, &csv);
    if (rc == -ENOMEM)
        SAY(&r, 0, "out of memory");
    if (rc == -EMSGSIZE)
        SAY(&r, 0, "more than %d users", ENTRIES_MAX);
    if (rc < 0) {
        free(r.list);
        return rc;
    }
    *out = r.list;
    return (int)r.n;
}

int roster_read(const char *path, struct roster_entry **out, struct problems *p)
{
    *out = NULL;
    size_t n;
    char *data = file_read(path, &n, p);
    if (!data)
        return -ENOENT;
    int rc = roster_parse(data, n, path, out, p);
    free(data);
    return rc;
}
