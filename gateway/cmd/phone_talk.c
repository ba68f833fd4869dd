// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The conversation of `tinbao phone` (phone_talk.h). Everything that comes from a phone or
 * the gateway is cleaned of control characters before it is shown: a text must not be able
 * to steer the terminal. What can go wrong: the modem refuses a line (shown).
 */
#include "gateway/cmd/phone_talk.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/line/control.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define BOLD "\033[1m"
#define ARROW "▶"
#define ARROW_HIDDEN 2 /* its octets that take no column */
#define DIM "\033[2m"
#define GREEN "\033[32m"
#define BOLD_GREEN "\033[1;32m"
#define PLAIN "\033[0m"

static const char *paint(const struct phone_talk *t, const char *code)
{
    return t->colour ? code : "";
}

static int width_of(const char *p, size_t n)
{
    int total = 0;
    size_t used;
    for (size_t i = 0; i < n; i += used) {
        int w = wcwidth((wchar_t)utf8_next(p + i, n - i, &used));
        total += w < 0 ? 1 : w;
    }
    return total;
}

static int columns(const struct phone_talk *t)
{
    struct winsize ws;
    return !t->colour || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || ws.ws_col < 40 ? 0 : ws.ws_col;
}

/* A word, without what could steer the terminal. */
static void print_word(const char *p, size_t n)
{
    size_t used;
    for (size_t i = 0; i < n; i += used) {
        uint32_t cp = utf8_next(p + i, n - i, &used);
        char out[4] = {0};
        if (cp < ' ' || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069))
            cp = 0xFFFD;
        fwrite(out, 1, utf8_put(cp, out), stdout);
    }
}

/* The person's words from column `at` on; at a terminal no word (a code!) is broken at the
 * edge, and further lines are indented. */
static void print_text(const struct phone_talk *t, int at, const char *text)
{
    static const char indent[] = "\n        ";
    int edge = columns(t);
    while (*text) {
        size_t n = strcspn(text, " \n");
        int w = width_of(text, n);
        if (edge && at + w >= edge && w < edge - 8) {
            fputs(indent, stdout);
            at = 8;
        }
        print_word(text, n);
        at += w;
        text += n;
        if (*text == ' ') {
            putchar(' ');
            at++;
        } else if (*text == '\n') {
            fputs(indent, stdout);
            at = 8;
        }
        text += *text != '\0';
    }
    putchar('\n');
}

static void print_time(const struct phone_talk *t, int64_t ms)
{
    struct civil c = civil_from_ms(ms);
    printf("%s[%02d:%02d]%s ", paint(t, DIM), c.hour, c.minute, paint(t, PLAIN));
}

/* The columns it took. */
static int print_who(const struct phone_talk *t, const char *number, const char *colour)
{
    char name[200];
    phone_book_name(t->book, number, name, sizeof name);
    printf("%s%s%s%s%s%s", paint(t, colour), number, *name ? " (" : "", name, *name ? ")" : "", paint(t, PLAIN));
    return width_of(number, strlen(number)) + width_of(name, strlen(name)) + (*name ? 3 : 0);
}

void phone_talk_welcome(const struct phone_talk *t)
{
    fputs("You are ", stdout);
    print_who(t, t->self, BOLD);
    fputs(". What you type goes to the gateway as a text. Try:\n\n"
          "    BC man de trom mat xe wave\n\n"
          "Answers and alerts of every phone are shown here with the time. To be somebody else:\n"
          "/as 0903000001; all phones: /who; more: /help; the end: /quit.\n\n",
          stdout);
}

void phone_talk_prompt(const struct phone_talk *t, char *out, size_t size)
{
    char name[200];
    struct sbuf b = sbuf_on(out, size);
    phone_book_name(t->book, t->self, name, sizeof name);
    name[strcspn(name, ",")] = '\0';
    sbuf_addf(&b, "%s%s%s> ", t->self, *name ? " " : "", strlen(name) < 40 ? name : "");
}

void phone_talk_say(const struct phone_talk *t, const char *line)
{
    char out[CONTROL_LINE_MAX];
    struct sbuf b = sbuf_on(out, sizeof out);
    sbuf_addf(&b, "%s\n", line);
    if (sbuf_done(&b)) {
        fputs("too long\n", stdout);
        return;
    }
    for (size_t at = 0; at < b.len;) {
        ssize_t n = write(t->fd, b.p + at, b.len - at);
        if (n < 0 && errno != EINTR)
            return; /* the loop sees the end of the connection */
        at += n > 0 ? (size_t)n : 0;
    }
}

static void say_as(const struct phone_talk *t, const char *word, const char *rest)
{
    char line[CONTROL_LINE_MAX], self[3 * ADDRESS_SIZE];
    struct sbuf b = sbuf_on(line, sizeof line);
    if (control_escape(t->self, true, self, sizeof self))
        return;
    sbuf_addf(&b, "%s %s%s%s", word, self, *rest ? " " : "", rest);
    if (sbuf_done(&b))
        fputs("too long\n", stdout);
    else
        phone_talk_say(t, line);
}

static void be(struct phone_talk *t, const char *who)
{
    char number[ADDRESS_SIZE];
    int rc = phone_book_find(t->book, who, number, stdout);
    if (rc == -EEXIST)
        printf("several of that name; give more of it, or the number\n");
    else if (rc)
        printf("no phone '%s'; /who lists them\n", who);
    if (rc)
        return;
    memcpy(t->self, number, sizeof t->self);
    phone_book_seen(t->book, number);
    fputs("You are ", stdout);
    print_who(t, t->self, BOLD);
    putchar('\n');
}

static void set_wait(struct phone_talk *t, const char *rest)
{
    char *end;
    double s = strtod(rest, &end);
    if (end == rest || *end || !(s >= 0 && s <= 3600))
        puts("/wait takes seconds");
    else
        t->wait_ms = (int)(s * 1000) + 1;
}

static void command(struct phone_talk *t, const char *word, const char *rest)
{
    char line[CONTROL_LINE_MAX];
    struct sbuf b = sbuf_on(line, sizeof line);
    if (!strcmp(word, "as")) {
        be(t, *rest ? rest : t->self);
    } else if (!strcmp(word, "who")) {
        phone_book_seen(t->book, t->self);
        phone_book_list(t->book, t->self, stdout);
    } else if (!strcmp(word, "call")) {
        say_as(t, "call", "");
    } else if (!strcmp(word, "off")) {
        say_as(t, "unreachable", "");
        puts("this phone is switched off; its texts wait in the network");
    } else if (!strcmp(word, "on")) {
        say_as(t, "reachable", "");
        puts("this phone is switched on");
    } else if (!strcmp(word, "ok")) {
        phone_talk_say(t, "fault ok");
    } else if (!strcmp(word, "fault") || !strcmp(word, "raw")) {
        sbuf_addf(&b, "%s %s", word, rest);
        if (!*rest)
            printf("/%s takes one more word, see /help\n", word);
        else if (!sbuf_done(&b))
            phone_talk_say(t, line);
    } else if (!strcmp(word, "wait")) {
        set_wait(t, rest);
    } else {
        if (strcmp(word, "help") != 0)
            printf("no command /%s\n", word);
        fputs(PHONE_COMMANDS, stdout);
    }
}

bool phone_talk_line(struct phone_talk *t, char *text)
{
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\r'))
        text[--n] = '\0';
    if (n == 0)
        return true;
    if (text[0] != '/' || text[1] == '/') {
        say_as(t, "text", text + (text[0] == '/'));
        return true;
    }
    char *word = text + 1, *rest = word + strcspn(word, " ");
    if (*rest)
        *rest++ = '\0';
    rest += strspn(rest, " ");
    if (!strcmp(word, "quit") || !strcmp(word, "q"))
        return false;
    command(t, word, rest);
    fflush(stdout);
    return true;
}

static void print_call_or_fault(const struct phone_talk *t, const char *what, const char *who)
{
    if (!strcmp(what, "call")) {
        print_who(t, who, BOLD);
        puts(" rings the gateway, and hangs up");
    } else {
        printf("the modem: %s\n", strcmp(who, "ok") != 0 ? who : "mended");
    }
}

void phone_talk_event(struct phone_talk *t, char *line)
{
    char *save = NULL, *what = strtok_r(line, " ", &save);
    if (!what || !strcmp(what, "ok"))
        return;
    if (!strcmp(what, "error")) {
        bool odd = !save || !strcmp(save, strerror(EINVAL));
        printf("the modem refuses it: %s\n", odd ? "no such fault, number or PDU; see /help" : save);
        fflush(stdout);
        return;
    }
    char *ms = strtok_r(NULL, " ", &save), *who = strtok_r(NULL, " ", &save);
    if (!ms || !who)
        return;
    char *text = save ? save : who + strlen(who);
    control_unescape(who);
    control_unescape(text);
    if (strcmp(what, "fault") != 0)
        phone_book_seen(t->book, who);
    print_time(t, strtoll(ms, NULL, 10));
    int at = 8; /* "[21:05] " */
    if (!strcmp(what, "text")) {
        at += print_who(t, who, BOLD);
        at += printf(" %s gateway: ", ARROW) - ARROW_HIDDEN;
        print_text(t, at, text);
    } else if (!strcmp(what, "arrived")) {
        at += printf("gateway %s ", ARROW) - ARROW_HIDDEN;
        at += print_who(t, who, strcmp(who, t->self) ? GREEN : BOLD_GREEN);
        at += printf(": ");
        print_text(t, at, text);
    } else {
        print_call_or_fault(t, what, who);
    }
    fflush(stdout);
}
