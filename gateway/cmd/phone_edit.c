// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The line editor of `tinbao phone` (phone_edit.h). It keeps to what every terminal and tmux
 * know: carriage return, "erase to end of line", "cursor right". What can go wrong: the
 * terminal's settings can not be changed (phone_edit_new says so).
 */
#include "gateway/cmd/phone_edit.h"

#include "gateway/base/str.h"
#include "gateway/base/utf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ttydefaults.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define EDIT_MAX 2000
#define HISTORY 32
#define DEL 0x7F

struct phone_edit {
    int fd;
    struct termios before;
    char prompt[120];
    char text[EDIT_MAX];
    size_t len, at; /* octets; at is between characters */
    char *history[HISTORY];
    size_t n_history, shown; /* shown == n_history: the new line */
    char escape[16];
    size_t n_escape; /* octets of an escape sequence so far */
};

static int width_of(uint32_t cp)
{
    int w = wcwidth((wchar_t)cp);
    return w < 0 ? 1 : w;
}

static size_t next_char(const char *p, size_t n, int *width)
{
    size_t used = 0;
    *width = width_of(utf8_next(p, n, &used));
    return used;
}

static size_t before_char(const struct phone_edit *e, size_t at)
{
    while (at > 0 && ((unsigned char)e->text[--at] & 0xC0) == 0x80)
        ;
    return at;
}

static int text_width(const char *p, size_t n)
{
    int total = 0, w;
    for (size_t i = 0; i < n; total += w)
        i += next_char(p + i, n - i, &w);
    return total;
}

static int columns(const struct phone_edit *e)
{
    struct winsize ws;
    return ioctl(e->fd, TIOCGWINSZ, &ws) || ws.ws_col < 20 ? 80 : ws.ws_col;
}

void phone_edit_show(struct phone_edit *e)
{
    int room = columns(e) - 1 - text_width(e->prompt, strlen(e->prompt)), w;
    size_t from = 0;
    if (room < 10)
        room = 10;
    while (text_width(e->text + from, e->at - from) > room)
        from += next_char(e->text + from, e->len - from, &w);
    size_t to = from;
    for (int used = 0; to < e->len; used += w) {
        size_t k = next_char(e->text + to, e->len - to, &w);
        if (used + w > room)
            break;
        to += k;
    }
    int cursor = text_width(e->prompt, strlen(e->prompt)) + text_width(e->text + from, e->at - from);
    printf("\r\033[K%s%.*s\r", e->prompt, (int)(to - from), e->text + from);
    if (cursor > 0)
        printf("\033[%dC", cursor);
    fflush(stdout);
}

void phone_edit_hide(struct phone_edit *e)
{
    (void)e;
    fputs("\r\033[K", stdout);
}

void phone_edit_prompt(struct phone_edit *e, const char *prompt)
{
    if (str_copy(e->prompt, sizeof e->prompt, prompt))
        (void)str_copy(e->prompt, sizeof e->prompt, "> ");
}

static void insert(struct phone_edit *e, char c)
{
    if (e->len + 1 >= sizeof e->text)
        return;
    memmove(e->text + e->at + 1, e->text + e->at, e->len - e->at);
    e->text[e->at++] = c;
    e->len++;
}

static void erase(struct phone_edit *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->len - to);
    e->len -= to - from;
    e->at = from;
}

static void erase_word(struct phone_edit *e)
{
    size_t from = e->at;
    while (from > 0 && e->text[from - 1] == ' ')
        from--;
    while (from > 0 && e->text[from - 1] != ' ')
        from--;
    erase(e, from, e->at);
}

static void remember(struct phone_edit *e)
{
    if (e->len == 0 || (e->n_history > 0 && !strcmp(e->history[e->n_history - 1], e->text)))
        return;
    char *copy = strdup(e->text);
    if (!copy)
        return;
    if (e->n_history == HISTORY) {
        free(e->history[0]);
        memmove(e->history, e->history + 1, (HISTORY - 1) * sizeof e->history[0]);
        e->n_history--;
    }
    e->history[e->n_history++] = copy;
}

static void recall(struct phone_edit *e, int step)
{
    if ((step < 0 && e->shown == 0) || (step > 0 && e->shown >= e->n_history))
        return;
    e->shown = step < 0 ? e->shown - 1 : e->shown + 1;
    const char *line = e->shown < e->n_history ? e->history[e->shown] : "";
    e->len = e->at = strlen(line);
    memcpy(e->text, line, e->len);
}

static void move_right(struct phone_edit *e)
{
    int w;
    if (e->at < e->len)
        e->at += next_char(e->text + e->at, e->len - e->at, &w);
}

static void erase_here(struct phone_edit *e)
{
    int w;
    if (e->at < e->len)
        erase(e, e->at, e->at + next_char(e->text + e->at, e->len - e->at, &w));
}

/* The end of an escape sequence: its last octet, and the number before a '~'. */
static void run_escape(struct phone_edit *e)
{
    char last = e->escape[e->n_escape - 1];
    char number = e->n_escape > 2 ? e->escape[2] : '0';
    if (last == 'A')
        recall(e, -1);
    else if (last == 'B')
        recall(e, 1);
    else if (last == 'C')
        move_right(e);
    else if (last == 'D')
        e->at = before_char(e, e->at);
    else if (last == 'H' || (last == '~' && (number == '1' || number == '7')))
        e->at = 0;
    else if (last == 'F' || (last == '~' && (number == '4' || number == '8')))
        e->at = e->len;
    else if (last == '~' && number == '3')
        erase_here(e);
}

static void escape_char(struct phone_edit *e, char c)
{
    e->escape[e->n_escape++] = c;
    bool second = e->n_escape == 2;
    if (second && (c == '[' || c == 'O'))
        return;
    if (!second && c >= '@' && c <= '~')
        run_escape(e);
    else if (!second && e->n_escape < sizeof e->escape)
        return;
    e->n_escape = 0;
}

static void edit_char(struct phone_edit *e, char c)
{
    if (c == DEL || c == CTRL('H'))
        erase(e, before_char(e, e->at), e->at);
    else if (c == CTRL('D'))
        erase_here(e);
    else if (c == CTRL('U'))
        erase(e, 0, e->at);
    else if (c == CTRL('K'))
        e->len = e->at;
    else if (c == CTRL('W'))
        erase_word(e);
    else if (c == CTRL('A'))
        e->at = 0;
    else if (c == CTRL('E'))
        e->at = e->len;
    else if (c == CTRL('P'))
        recall(e, -1);
    else if (c == CTRL('N'))
        recall(e, 1);
    else if (c == '\033')
        e->escape[e->n_escape++] = c;
    else if ((unsigned char)c >= ' ')
        insert(e, c);
}

bool phone_edit_input(struct phone_edit *e, const char *p, size_t n, bool (*line)(void *ctx, char *text), void *ctx)
{
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (e->n_escape > 0) {
            escape_char(e, c);
        } else if (c == CTRL('C') || (c == CTRL('D') && e->len == 0)) {
            return false;
        } else if (c == '\r' || c == '\n') {
            e->text[e->len] = '\0';
            remember(e);
            e->shown = e->n_history;
            e->len = e->at = 0;
            phone_edit_hide(e);
            if (!line(ctx, e->text))
                return false;
        } else {
            edit_char(e, c);
        }
    }
    phone_edit_show(e);
    return true;
}

struct phone_edit *phone_edit_new(int fd)
{
    struct phone_edit *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->fd = fd;
    if (tcgetattr(fd, &e->before)) {
        free(e);
        return NULL;
    }
    struct termios tio = e->before;
    tio.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    tio.c_iflag &= ~(tcflag_t)(IXON);
    tio.c_cc[VMIN] = 1;
    tio.c_cc[VTIME] = 0;
    if (tcsetattr(fd, TCSADRAIN, &tio)) {
        free(e);
        return NULL;
    }
    phone_edit_prompt(e, "> ");
    return e;
}

void phone_edit_free(struct phone_edit *e)
{
    if (!e)
        return;
    phone_edit_hide(e);
    fflush(stdout);
    tcsetattr(e->fd, TCSADRAIN, &e->before);
    for (size_t i = 0; i < e->n_history; i++)
        free(e->history[i]);
    free(e);
}
