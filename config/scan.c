// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A look through a settings file before libconfig 1.5 gets it. That version wraps numbers
 * over 31 bits in silence, ends a string at \x00, follows @include anywhere, recurses as
 * deep as the file nests, compares every name of a group with every other, loses memory at some
 * syntax errors, and has one message for all of them. So the bounds and the grammar are
 * checked here, with the line and the remedy; what passes, libconfig takes.
 * Called by file_parse() only. The text is NUL-terminated UTF-8 without NUL inside.
 */
#include "config/file.h"

#include "gateway/base/err.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 16
#define LINE_MAX_OCTETS 4096
#define NAMES_MAX 4000

/* What may follow. Groups (and the file itself): name, assign, value, ended. Lists: open, item, ended. */
enum state { NAME, ASSIGN, VALUE, OPEN, ITEM, ENDED, ENDED_BY_STRING };

/* A token: its sign, or one of these. */
enum { T_NAME = 'n', T_SWITCH = 'b', T_NUMBER = '0', T_STRING = '"' };

struct level {
    char open; /* '{' '(' '[', '\0' for the file itself */
    int line;
    size_t names;
    enum state state;
};

struct scan {
    const char *file, *text;
    size_t n, at;
    int line;
    size_t line_start;
    struct problems *p;
    size_t depth;
    struct level level[DEPTH_MAX + 1];
    int last_line; /* of the last token */
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
    for (s->at++; s->at < s->n; s->at++) {
        char c = s->text[s->at];
        if (c == '"') {
            s->at++;
            return T_STRING;
        }
        if (c == '\n')
            return bad(s, s->line,
                       "the text is not closed on its line: add the missing \" "
                       "(for a long text close it and go on with another \"...\" on the next line)");
        if (c == '\\' && peek(s, 1) == 'x')
            return bad(s, s->line, "\\x is not taken: write the character itself");
        if (c == '\\' && (!peek(s, 1) || !strchr("\\\"nrtf", peek(s, 1))))
            return bad(s, s->line, "a lone \\ in a text: write \\\\ for a backslash, \\\" for a quote");
        if (c == '\\')
            s->at++;
    }
    return bad(s, s->line, "the text that begins here is not closed: add the missing \"");
}

static int check_number(struct scan *s, const char *word, size_t n)
{
    bool hex = n > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    size_t sign = word[0] == '-' || word[0] == '+';
    char *end;
    errno = 0;
    long long v = strtoll(word, &end, hex ? 16 : 10);
    if (end != word + n || n == sign) {
        problems_add(s->p, false, s->file, s->line,
                     "'%.*s' is not a whole number: it takes no fraction and no unit (a code or a phone is in quotes)",
                     n > 40 ? 40 : (int)n, word);
        return -EINVAL;
    }
    if (errno || v > 2147483647LL || v < -2147483647LL)
        return bad(s, s->line, "the number is too large (a phone number or a code is written in quotes)");
    if (!hex && n - sign > 1 && word[sign] == '0')
        return bad(s, s->line, "a number that begins with 0: write it without, or in quotes if it is a code");
    return T_NUMBER;
}

/* A name, true, or a number: up to the next character that can not belong to one. */
static int take_word(struct scan *s)
{
    const char *word = s->text + s->at;
    size_t n = 1; /* the first may be a sign */
    while (s->at + n < s->n && (isalnum((unsigned char)word[n]) || strchr("-_*.", word[n])))
        n++;
    s->at += n;
    if ((n == 4 && !strncasecmp(word, "true", 4)) || (n == 5 && !strncasecmp(word, "false", 5)))
        return T_SWITCH;
    if (!isalpha((unsigned char)word[0]) && word[0] != '*')
        return check_number(s, word, n);
    if (memchr(word, '.', n))
        return bad(s, s->line, "a name has letters, digits, - and _ only: texts go in \"quotes\"");
    return T_NAME;
}

static int take_sign(struct scan *s)
{
    char c = s->text[s->at];
    if (c == '@')
        return bad(s, s->line,
                   "@include is not taken: tinbao.cfg names its sisters by places, kinds, forms, "
                   "messages, roster");
    if ((unsigned char)c >= 0x80)
        return bad(s, s->line,
                   "a character outside of quotes that has no meaning here: texts go in straight "
                   "\"quotes\"");
    if (c == '\'')
        return bad(s, s->line, "texts go in double quotes: \"...\"");
    if (!strchr("(){}[]=:;,", c)) {
        problems_add(s->p, false, s->file, s->line, "'%c' has no meaning here: texts go in \"quotes\"", c);
        return -EINVAL;
    }
    s->at++;
    return c;
}

static int open_bracket(struct scan *s, int c)
{
    if (s->level[s->depth].open == '[')
        return bad(s, s->line, "an array [ ] holds texts or numbers only: a list of groups is in ( )");
    if (s->depth == DEPTH_MAX)
        return bad(s, s->line, "brackets are nested too deep (16 at most)");
    s->level[s->depth].state = ENDED;
    s->level[++s->depth] = (struct level){.open = (char)c, .line = s->line, .state = c == '{' ? NAME : OPEN};
    return 0;
}

static int close_bracket(struct scan *s, int c)
{
    const struct level *l = &s->level[s->depth];
    char want = c == ')' ? '(' : c == ']' ? '[' : '{';
    if (l->open != want) {
        problems_add(s->p, false, s->file, s->line, "'%c' closes nothing%s: look for a bracket missing or too many", c,
                     s->depth ? " of its kind" : "");
        return -EINVAL;
    }
    if (l->state == ITEM)
        return bad(s, s->last_line, "no comma may follow the last entry of a list: delete it");
    if (l->state == ASSIGN || l->state == VALUE)
        return bad(s, s->last_line, "the value is missing: write name = value;");
    s->depth--;
    return 0;
}

/* A value, or what opens one, where one may stand. */
static int take_value(struct scan *s, int t)
{
    struct level *l = &s->level[s->depth];
    if (strchr("({[", t))
        return open_bracket(s, t);
    if (t == T_STRING || t == T_NUMBER || t == T_SWITCH) {
        l->state = t == T_STRING ? ENDED_BY_STRING : ENDED;
        return 0;
    }
    if (t == T_NAME)
        return bad(s, s->line, "a value without quotes: texts go in \"quotes\", a switch is true or false");
    return bad(s, s->last_line,
               l->open == '(' || l->open == '[' ? "an entry of the list is missing: delete a comma"
                                                : "the value is missing: write name = value;");
}

static int take_name(struct scan *s, int t)
{
    struct level *l = &s->level[s->depth];
    if (t != T_NAME)
        return bad(s, s->line,
                   t == ';' || t == ',' ? "a ; or , too many: delete it"
                                        : "a name is missing here: write name = value; (and look at the line "
                                          "before for a missing quote or bracket)");
    if (++l->names > NAMES_MAX)
        return bad(s, s->line, "too many names in one group (4000 at most)");
    l->state = ASSIGN;
    return 0;
}

/* What may follow a whole value. */
static int take_after(struct scan *s, int t)
{
    struct level *l = &s->level[s->depth];
    bool list = l->open == '(' || l->open == '[';
    if (t == T_STRING && l->state == ENDED_BY_STRING)
        return 0; /* adjacent texts are one */
    if (t == ',' || (t == ';' && !list)) {
        l->state = list ? ITEM : NAME;
        return 0;
    }
    if (!list)
        return take_name(s, t);
    return bad(s, s->last_line,
               t == ';' ? "the entries of a list are parted by commas, not ;"
                        : "a comma is missing after this entry of the list");
}

static int step(struct scan *s, int t)
{
    struct level *l = &s->level[s->depth];
    if (strchr(")}]", t))
        return close_bracket(s, t);
    switch (l->state) {
    case NAME:
        return take_name(s, t);
    case ASSIGN:
        if (t != '=' && t != ':')
            return bad(s, s->last_line, "'=' is missing after the name: write name = value;");
        l->state = VALUE;
        return 0;
    case VALUE:
    case OPEN:
    case ITEM:
        return take_value(s, t);
    case ENDED:
    case ENDED_BY_STRING:
        break;
    }
    return take_after(s, t);
}

static int take_token(struct scan *s)
{
    char c = s->text[s->at];
    bool word = isalnum((unsigned char)c) || strchr("*_.+-", c);
    int t = c == '"' ? skip_string(s) : word ? take_word(s) : take_sign(s);
    int rc = t < 0 ? t : step(s, t);
    s->last_line = s->line;
    return rc;
}

static int at_the_end(struct scan *s)
{
    if (newline(s) < 0)
        return -EINVAL;
    if (s->depth > 0) {
        problems_add(s->p, false, s->file, s->level[s->depth].line, "the '%c' that opens here is never closed",
                     s->level[s->depth].open);
        return -EINVAL;
    }
    if (s->level[0].state == ASSIGN || s->level[0].state == VALUE)
        return bad(s, s->last_line, "the value is missing: write name = value;");
    return 0;
}

int scan_settings(const char *file, const char *text, size_t n, struct problems *p)
{
    struct scan s = {.file = file, .text = text, .n = n, .line = 1, .p = p, .level = {{.state = NAME}}};
    while (s.at < n) {
        int rc = skip_comment(&s);
        if (rc < 0)
            return rc;
        if (rc > 0)
            continue;
        char c = text[s.at];
        if (c == '\n' && newline(&s) < 0)
            return -EINVAL;
        if (strchr(" \t\r\n\f", c))
            s.at++;
        else if (take_token(&s) < 0)
            return -EINVAL;
    }
    return at_the_end(&s);
}
