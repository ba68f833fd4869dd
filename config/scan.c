// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A look through a settings file before libconfig 1.5 gets it. That version wraps numbers
 * over 31 bits in silence, ends a string at \x00, follows @include anywhere, recurses as
 * deep as the file nests, compares every name of a group with every other, and has one
 * message for all slips. So bounds and the usual slips are checked here, with the line.
 * Called by file_parse() only. The text is NUL-terminated UTF-8 without NUL inside.
 */
#include "config/file.h"

#include "gateway/base/err.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16
#define LINE_MAX_OCTETS 4096
#define NAMES_MAX 4000

struct scan {
    const char *file, *text;
    size_t n, at;
    int line;
    size_t line_start;
    struct problems *p;
    size_t depth;
    struct {
        char open;
        int line;
        size_t names;
    } level[DEPTH_MAX + 1];
    char last; /* the last token: its character, 'a' for a name or number, '"' for a string */
    int last_line;
};

static int bad(struct scan *s, int line, const char *text)
{
    problems_add(s->p, false, s->file, line, "%s", text);
    return -EINVAL;
}

static int newline(struct scan *s)
{
    if (s->at - s->line_start > LINE_MAX_OCTETS)
        return bad(s, s->line, "the line is longer than 4096 octets: break it");
    s->line++;
    s->line_start = s->at + 1;
    return 0;
}

static char peek(const struct scan *s, size_t ahead)
{
    return s->at + ahead < s->n ? s->text[s->at + ahead] : '\0';
}

/* 1: a comment was passed over, 0: none here. */
static int skip_comment(struct scan *s)
{
    if (peek(s, 0) == '#' || (peek(s, 0) == '/' && peek(s, 1) == '/')) {
        while (s->at < s->n && s->text[s->at] != '\n')
            s->at++;
        return 1;
    }
    if (peek(s, 0) != '/' || peek(s, 1) != '*')
        return 0;
    int began = s->line;
    for (s->at += 2; s->at < s->n; s->at++) {
        if (peek(s, 0) == '*' && peek(s, 1) == '/') {
            s->at += 2;
            return 1;
        }
        if (s->text[s->at] == '\n' && newline(s) < 0)
            return -EINVAL;
    }
    return bad(s, began, "the comment that begins with /* here has no end: close it with */");
}

static int skip_string(struct scan *s)
{
    int began = s->line;
    for (s->at++; s->at < s->n; s->at++) {
        char c = s->text[s->at];
        if (c == '"') {
            s->at++;
            return 0;
        }
        if (c == '\n')
            return bad(s, began, "the text is not closed on its line: add the missing \" "
                                 "(for a long text close it and go on with another \"...\" on the next line)");
        if (c == '\\' && peek(s, 1) == 'x')
            return bad(s, s->line, "\\x is not taken: write the character itself");
        if (c == '\\' && !strchr("\\\"nrtf", peek(s, 1)))
            return bad(s, s->line, "a lone \\ in a text: write \\\\ for a backslash, \\\" for a quote");
        if (c == '\\')
            s->at++;
    }
    return bad(s, began, "the text that begins here is not closed: add the missing \"");
}

static int check_number(struct scan *s, const char *word, size_t n)
{
    bool hex = n > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    bool fraction = false;
    for (size_t i = 0; i < n; i++)
        fraction = fraction || word[i] == '.' || (!hex && (word[i] == 'e' || word[i] == 'E'));
    if (fraction)
        return 0;
    errno = 0;
    char *end;
    long long v = strtoll(word, &end, hex ? 16 : 10);
    if (errno || v > 2147483647LL)
        return bad(s, s->line, "the number is too large (a phone number or a code is written in quotes)");
    if (!hex && n > 1 && word[0] == '0')
        return bad(s, s->line, "a number that begins with 0: write it without, or in quotes if it is a code");
    return 0;
}

/* A name, true, or a number: up to the next character that can not belong to one. */
static int skip_word(struct scan *s)
{
    size_t began = s->at;
    while (s->at < s->n && (isalnum((unsigned char)s->text[s->at]) || strchr("-_*.", s->text[s->at])))
        s->at++;
    if (isdigit((unsigned char)s->text[began]))
        return check_number(s, s->text + began, s->at - began);
    return 0;
}

static int open_bracket(struct scan *s, char c)
{
    if (s->last == '}' && c == '{')
        return bad(s, s->last_line, "a comma is missing after }");
    if (s->depth == DEPTH_MAX)
        return bad(s, s->line, "brackets are nested too deep (16 at most)");
    s->depth++;
    s->level[s->depth].open = c;
    s->level[s->depth].line = s->line;
    s->level[s->depth].names = 0;
    return 0;
}

static int close_bracket(struct scan *s, char c)
{
    char want = c == ')' ? '(' : c == ']' ? '[' : '{';
    if (s->depth == 0 || s->level[s->depth].open != want) {
        problems_add(s->p, false, s->file, s->line, "'%c' closes nothing%s: look for a bracket missing or too many", c,
                     s->depth ? " of its kind" : "");
        return -EINVAL;
    }
    if (s->last == ',' && c != '}')
        return bad(s, s->last_line, "no comma may follow the last entry of a list: delete it");
    s->depth--;
    return 0;
}

static int take_sign(struct scan *s, char c)
{
    if (c == '@')
        return bad(s, s->line, "@include is not taken: tinbao.cfg names its sisters by places, kinds, forms, "
                               "messages, roster");
    if ((unsigned char)c >= 0x80)
        return bad(s, s->line, "a character outside of quotes that has no meaning here: texts go in straight \"quotes\"");
    if (c == '\'')
        return bad(s, s->line, "texts go in double quotes: \"...\"");
    if (!strchr("(){}[]=:;,+-", c)) {
        problems_add(s->p, false, s->file, s->line, "'%c' has no meaning here: texts go in \"quotes\"", c);
        return -EINVAL;
    }
    if ((c == '=' || c == ':') && ++s->level[s->depth].names > NAMES_MAX)
        return bad(s, s->line, "too many names in one group (4000 at most)");
    s->at++;
    if (strchr("({[", c))
        return open_bracket(s, c);
    if (strchr(")}]", c))
        return close_bracket(s, c);
    return 0;
}

static int take_token(struct scan *s)
{
    char c = s->text[s->at], token = c;
    int rc;
    if (c == '"') {
        rc = skip_string(s);
    } else if (isalnum((unsigned char)c) || c == '*' || c == '_' || c == '.') {
        token = 'a';
        rc = skip_word(s);
    } else {
        rc = take_sign(s, c);
    }
    s->last = token;
    s->last_line = s->line;
    return rc;
}

int scan_settings(const char *file, const char *text, size_t n, struct problems *p)
{
    struct scan s = {.file = file, .text = text, .n = n, .line = 1, .p = p};
    while (s.at < n) {
        int rc = skip_comment(&s);
        if (rc < 0)
            return rc;
        if (rc > 0)
            continue;
        char c = text[s.at];
        if (c == '\n' && newline(&s) < 0)
            return -EINVAL;
        if (isspace((unsigned char)c))
            s.at++;
        else if (take_token(&s) < 0)
            return -EINVAL;
    }
    if (newline(&s) < 0)
        return -EINVAL;
    if (s.depth > 0) {
        problems_add(p, false, file, s.level[s.depth].line, "the '%c' that opens here is never closed",
                     s.level[s.depth].open);
        return -EINVAL;
    }
    return 0;
}
