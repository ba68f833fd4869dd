// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A conversation on paper: who wrote, what arrived where, wrapped at 100 columns. Called by
 * the player. Nothing can go wrong that would stop a run: what can not be printed is left out.
 */
#include "gateway/play/chat.h"

#include "gateway/base/civil.h"
#include "gateway/base/utf.h"

#include <stdbool.h>
#include <string.h>

#define COLUMNS 100
#define INDENT 9

static size_t columns_of(const char *p, size_t n)
{
    size_t cols = 0;
    for (size_t i = 0, used; i < n; i += used, cols++) {
        uint32_t cp = utf8_next(p + i, n - i, &used);
        if (cp >= 0x300 && cp <= 0x36F) /* combining marks take no column */
            cols--;
    }
    return cols;
}

/* Prints words from column `col` on, breaking at spaces and new lines; no line ends in a space. */
static void print_wrapped(FILE *to, size_t col, const char *p)
{
    bool first = true;
    while (*p) {
        bool broken = *p == '\n';
        p += strspn(p, broken ? "\n" : " ");
        size_t n = strcspn(p, " \n");
        size_t width = columns_of(p, n);
        if (n == 0)
            continue;
        if (broken || (!first && col + 1 + width > COLUMNS)) {
            fprintf(to, "\n%*s", INDENT, "");
            col = INDENT;
        } else if (!first) {
            fputc(' ', to);
            col++;
        }
        fwrite(p, 1, n, to);
        col += width;
        p += n;
        first = false;
    }
    fputc('\n', to);
}

static void print_day(struct chat *c, int64_t at_ms)
{
    static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    int64_t day = civil_day_start_ms(at_ms);
    if (c->day_ms == day)
        return;
    struct civil t = civil_from_ms(at_ms);
    fprintf(c->to, "%s%s %d.%d.%d\n", c->day_ms ? "\n\n" : "", days[t.weekday % 7], t.day, t.month, t.year);
    c->day_ms = day;
}

static void name_of(const struct chat *c, const char *phone, char *out, size_t size)
{
    for (size_t i = 0; i < c->n_roster; i++)
        if (!strcmp(c->roster[i].phone, phone)) {
            const char *role = role_name(c->roster[i].role);
            snprintf(out, size, "%s %s (%s)", phone, c->roster[i].name, role ? role : "?");
            for (char *p = strrchr(out, '('); p && *p; p++)
                if (*p == '_')
                    *p = ' ';
            return;
        }
    snprintf(out, size, "%s", phone);
}

static void print_entry(struct chat *c, int64_t at_ms, const char *head, const char *text)
{
    struct civil t = civil_from_ms(at_ms);
    print_day(c, at_ms);
    fprintf(c->to, "%02d:%02d  %s", t.hour, t.minute, head);
    print_wrapped(c->to, 7 + columns_of(head, strlen(head)), text);
    fflush(c->to);
}

void chat_wrote(struct chat *c, int64_t at_ms, const char *from, const char *text)
{
    char name[160], head[200];
    name_of(c, from, name, sizeof name);
    print_day(c, at_ms);
    fputc('\n', c->to); /* what follows answers this one */
    snprintf(head, sizeof head, "%s  \xE2\x86\x92  ", name);
    print_entry(c, at_ms, head, text ? text : "(a missed call)");
}

void chat_arrived(struct chat *c, int64_t at_ms, const char *phone, const char *text)
{
    char name[160], head[200];
    name_of(c, phone, name, sizeof name);
    snprintf(head, sizeof head, "  \xE2\x86\x92 %s: ", name);
    print_entry(c, at_ms, head, text);
}

void chat_note(struct chat *c, int64_t at_ms, const char *text)
{
    struct civil t = civil_from_ms(at_ms);
    print_day(c, at_ms);
    fprintf(c->to, "\n%02d:%02d  (%s)\n", t.hour, t.minute, text);
    fflush(c->to);
}
