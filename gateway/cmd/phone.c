// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao phone`: a terminal that is every phone of the virtual network. It talks to the
 * control socket of `tinbao modem` (gateway/line/control.h); the line editor is in
 * phone_edit.c, the names in phone_book.c, what a person reads in phone_talk.c. What can go
 * wrong: no modem answers (exit 1, with what to start), the modem goes away meanwhile.
 */
#include "gateway/cmd/phone_talk.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/cmd/cmd.h"
#include "gateway/cmd/phone_edit.h"
#include "gateway/line/control.h"

#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_WAIT_MS 5000
#define INPUT_MAX 16384

struct phone {
    struct phone_talk talk;
    struct phone_edit *edit; /* NULL: standard input is no terminal */
    int signals;
    char *in; /* from the modem, not yet a line */
    size_t in_len;
    char line[INPUT_MAX]; /* from standard input, when it is no terminal */
    size_t line_len;
    bool eof;
    int wait_ms;
    int64_t last_ms; /* something happened */
};

struct phone_options {
    char control[108], self[ADDRESS_SIZE];
    const char *roster, *self_given;
    int wait_ms;
};

static bool on_typed(void *ctx, char *text)
{
    struct phone *p = ctx;
    char prompt[100];
    p->last_ms = mono_ms();
    bool stay = phone_talk_line(&p->talk, text);
    if (p->edit) {
        phone_talk_prompt(&p->talk, prompt, sizeof prompt);
        phone_edit_prompt(p->edit, prompt);
    }
    return stay;
}

/* Whole lines of p->line to on_typed(); false to leave. While a /wait lasts nothing is taken. */
static bool take_lines(struct phone *p)
{
    char *nl;
    while (p->talk.wait_ms == 0 && (nl = memchr(p->line, '\n', p->line_len)) != NULL) {
        size_t n = (size_t)(nl - p->line) + 1;
        *nl = '\0';
        if (n >= 2 && nl[-1] == '\r')
            nl[-1] = '\0';
        bool stay = on_typed(p, p->line);
        p->line_len -= n;
        memmove(p->line, p->line + n, p->line_len);
        if (!stay)
            return false;
    }
    if (p->talk.wait_ms == 0 && p->eof && p->line_len > 0) {
        p->line[p->line_len] = '\0';
        p->line_len = 0;
        return on_typed(p, p->line);
    }
    return true;
}

static bool read_input(struct phone *p)
{
    char buf[4096];
    if (p->edit) {
        ssize_t n = read(STDIN_FILENO, buf, sizeof buf);
        return n > 0 && phone_edit_input(p->edit, buf, (size_t)n, on_typed, p);
    }
    if (p->line_len + 1 >= sizeof p->line) { /* a line without end: taken as it is */
        p->line[sizeof p->line - 2] = '\n';
        return take_lines(p);
    }
    ssize_t n = read(STDIN_FILENO, p->line + p->line_len, sizeof p->line - 1 - p->line_len);
    if (n > 0)
        p->line_len += (size_t)n;
    else
        p->eof = true;
    p->last_ms = mono_ms();
    return take_lines(p);
}

/* False when the modem has gone. */
static bool read_modem(struct phone *p)
{
    ssize_t n = read(p->talk.fd, p->in + p->in_len, CONTROL_LINE_MAX - p->in_len);
    if (n <= 0)
        return n < 0 && errno == EINTR;
    p->in_len += (size_t)n;
    char *from = p->in, *end = p->in + p->in_len, *nl;
    bool hidden = false;
    while ((nl = memchr(from, '\n', (size_t)(end - from))) != NULL) {
        *nl = '\0';
        if (p->edit && !hidden)
            phone_edit_hide(p->edit);
        hidden = true;
        phone_talk_event(&p->talk, from);
        from = nl + 1;
    }
    p->in_len = (size_t)(end - from);
    memmove(p->in, from, p->in_len);
    if (p->in_len == CONTROL_LINE_MAX)
        p->in_len = 0;
    if (p->edit && hidden)
        phone_edit_show(p->edit);
    p->last_ms = mono_ms();
    return true;
}

/* A signal: to leave, but for a change of the window's size. */
static bool read_signal(struct phone *p)
{
    struct signalfd_siginfo si;
    if (read(p->signals, &si, sizeof si) != sizeof si)
        return true;
    if (si.ssi_signo != SIGWINCH)
        return false;
    if (p->edit)
        phone_edit_show(p->edit);
    return true;
}

/* How long poll() may sleep: for ever at a terminal, else until the silence is long enough. */
static int patience_ms(const struct phone *p)
{
    int silence = p->talk.wait_ms > 0 ? p->talk.wait_ms : p->eof ? p->wait_ms : -1;
    if (silence < 0)
        return -1;
    int64_t left = p->last_ms + silence - mono_ms();
    return left > 0 ? (int)left : 0;
}

static int loop(struct phone *p)
{
    for (;;) {
        bool reading = !p->eof && p->talk.wait_ms == 0;
        struct pollfd fds[3] = {{.fd = reading ? STDIN_FILENO : -1, .events = POLLIN},
                                {.fd = p->talk.fd, .events = POLLIN},
                                {.fd = p->signals, .events = POLLIN}};
        int n = poll(fds, 3, patience_ms(p));
        if (n < 0 && errno != EINTR)
            return 1;
        if (n == 0 && p->talk.wait_ms > 0) {
            p->talk.wait_ms = 0;
            p->last_ms = mono_ms();
            if (!take_lines(p))
                return 0;
        } else if (n == 0) {
            return 0;
        }
        if (n > 0 && fds[2].revents && !read_signal(p))
            return 0;
        if (n > 0 && fds[1].revents && !read_modem(p)) {
            phone_edit_free(p->edit);
            p->edit = NULL;
            fputs("tinbao phone: the modem has gone\n", stderr);
            return 1;
        }
        if (n > 0 && fds[0].revents && !read_input(p))
            return 0;
    }
}

static int connect_patiently(const char *path)
{
    int fd;
    for (int64_t until = mono_ms() + CONNECT_WAIT_MS;;) {
        fd = control_connect(path);
        if (fd >= 0 || mono_ms() >= until)
            return fd;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
}

static int catch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Who one is at first: as told, else the first member of the roster, else somebody. */
static int choose_self(struct phone *p, const struct phone_options *o)
{
    const char *first = phone_book_first(p->talk.book, ROLE_MEMBER);
    if (!o->self_given)
        return str_copy(p->talk.self, sizeof p->talk.self, first ? first : "+84912000001");
    int rc = phone_book_find(p->talk.book, o->self_given, p->talk.self, stderr);
    if (rc)
        fprintf(stderr, "tinbao phone: %s '%s'\n", rc == -EEXIST ? "several are" : "nobody is", o->self_given);
    return rc;
}

static int serve(const struct phone_options *o)
{
    struct phone *p = calloc(1, sizeof *p);
    int status = 1;
    if (!p)
        return 1;
    p->talk.fd = p->signals = -1;
    p->wait_ms = o->wait_ms;
    p->in = malloc(CONTROL_LINE_MAX);
    p->talk.book = phone_book_new(o->roster);
    p->talk.colour = isatty(STDOUT_FILENO);
    if (!p->in || !p->talk.book)
        goto out;
    status = 2;
    if (choose_self(p, o))
        goto out;
    status = 1;
    p->talk.fd = connect_patiently(o->control);
    if (p->talk.fd < 0) {
        fprintf(stderr, "tinbao phone: %s: %s. Start the virtual modem first: tinbao modem\n", o->control,
                strerror(-p->talk.fd));
        goto out;
    }
    p->signals = catch_signals();
    phone_talk_say(&p->talk, "watch");
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        char prompt[100];
        phone_talk_welcome(&p->talk);
        p->edit = phone_edit_new(STDIN_FILENO);
        if (!p->edit)
            goto out;
        phone_talk_prompt(&p->talk, prompt, sizeof prompt);
        phone_edit_prompt(p->edit, prompt);
        phone_edit_show(p->edit);
    }
    p->last_ms = mono_ms();
    status = loop(p);
out:
    phone_edit_free(p->edit);
    phone_book_free(p->talk.book);
    if (p->talk.fd >= 0)
        close(p->talk.fd);
    if (p->signals >= 0)
        close(p->signals);
    free(p->in);
    free(p);
    return status;
}

static const struct option phone_long[] = {
    {"control", required_argument, NULL, 'c'}, {"as", required_argument, NULL, 'a'},
    {"from", required_argument, NULL, 'a'},    {"roster", required_argument, NULL, 'r'},
    {"wait", required_argument, NULL, 'w'},    {NULL, 0, NULL, 0}};

static int run(int argc, char **argv)
{
    struct phone_options o = {.wait_ms = 5000};
    int c, rc = control_default_path(".sock", o.control, sizeof o.control);
    optind = 1;
    while (!rc && (c = getopt_long(argc, argv, "", phone_long, NULL)) != -1) {
        char *end;
        if (c == 'c')
            rc = str_copy(o.control, sizeof o.control, optarg);
        else if (c == 'a')
            o.self_given = optarg;
        else if (c == 'r')
            o.roster = optarg;
        else if (c == 'w') {
            double s = strtod(optarg, &end);
            rc = *end || !(s >= 0 && s <= 3600) ? -EINVAL : 0;
            o.wait_ms = rc ? 0 : (int)(s * 1000);
        } else
            rc = -EINVAL;
    }
    if (rc || optind < argc)
        return cmd_usage(&cmd_phone, "wrong option or value");
    setlocale(LC_CTYPE, "C.UTF-8"); /* widths of characters */
    signal(SIGPIPE, SIG_IGN);
    return serve(&o);
}

const struct cmd cmd_phone = {
    .name = "phone",
    .one_line = "a basic phone in the terminal, or all of them, on the virtual network",
    .help = "usage: tinbao phone [--control SOCKET] [--as WHO] [--roster CSV] [--wait SECONDS]\n\n"
            "Shows what arrives on every phone behind a virtual modem, with sender and time, and\n"
            "sends what is typed as a text from one of them. Needs 'tinbao modem'.\n\n"
            "options:\n"
            "  --control SOCKET  the modem's (default $XDG_RUNTIME_DIR/tinbao-modem.sock, else\n"
            "                    ./tinbao-modem.sock)\n"
            "  --as WHO          the phone to begin with: a number, or part of a name or role of\n"
            "                    the roster (default: its first member, else +84912000001);\n"
            "                    --from is the same\n"
            "  --roster CSV      shows names beside the numbers\n"
            "  --wait SECONDS    when standard input is no terminal: leave after its end and so\n"
            "                    much silence (default 5)\n\n"
            "commands:\n" PHONE_COMMANDS "\n"
            "Anything else is a text; \\n in it is a new line, a leading // a slash. When standard\n"
            "input is not a terminal its lines are taken the same way, one after the other.\n\n"
            "exit status: 0 left, 1 no modem answers or it has gone, 2 wrong usage.\n\n"
            "example:\n"
            "  tinbao phone --roster config/demo/roster.csv --as 0912000001\n"
            "  printf 'BC man de trom mat xe wave\\n/wait 2\\n*1#\\n' | tinbao phone --wait 3\n",
    .run = run,
};
