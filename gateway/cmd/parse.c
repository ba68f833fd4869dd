// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao parse`: what a message means, one line in, one JSON object out, no side effect.
 * Used by people who tune the words, by tests and by benches. The keys and their order are
 * a stable format.
 */
#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/cmd/cmd.h"
#include "gateway/desk/desk.h"
#include "parsers/understand.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tinbao parse [-c CONFIG] [--from PHONE] [--at TIME]\n\n"
    "Reads one message a line on standard input and writes what each means as one JSON object\n"
    "a line. Nothing is stored or sent. In a message \\n is a new line and \\\\ a backslash; an\n"
    "empty line is a message; ill-formed UTF-8 becomes U+FFFD.\n\n"
    "options:\n"
    "  -c, --config CONFIG  the configuration (default $TINBAO_CONFIG, /etc/tinbao/tinbao.cfg)\n"
    "  --from PHONE         the sender; one on the roster brings their only village as default\n"
    "  --at TIME            when it was written, \"2026-11-12 21:00\", Vietnamese time; default now\n\n"
    "output, in this order:\n"
    "  form     a form's name, or \"none\"\n"
    "  place    a place's code     kind  a kind's code     code  an incident's code, digits\n"
    "  when     the latest such time not after --at        number  the first number\n"
    "  text     the rest, with its accents                 slots  whatever else the form has\n"
    "  ask      the first doubt: form, place, kind, code or when; that key is then null\n"
    "  choices  what it may be, best first\n\n"
    "exit status: 0 all lines were read; 1 writing failed; 2 wrong usage or configuration\n\n"
    "example:\n"
    "  echo 'BC man de trom mat xe' | tinbao parse -c config/demo/tinbao.cfg --from 0912000001\n";

struct parse {
    struct config *cfg;
    struct vocab *vocab;
    struct understand_ctx ctx;
    char home[PLACE_CODE_SIZE];
    char line[SMS_TEXT_MAX]; /* the line without its escapes */
    char text[SMS_TEXT_MAX];
    struct meaning meaning;
};

static void put_json_text(FILE *f, const char *s)
{
    static const char hex[] = "0123456789abcdef";
    putc_unlocked('"', f);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') {
            putc_unlocked('\\', f);
            putc_unlocked(c, f);
        } else if (c == '\n') {
            fputs_unlocked("\\n", f);
        } else if (c < 0x20 || c == 0x7F) {
            fputs_unlocked("\\u00", f);
            putc_unlocked(hex[c >> 4], f);
            putc_unlocked(hex[c & 15], f);
        } else {
            putc_unlocked(c, f);
        }
    }
    putc_unlocked('"', f);
}

static void put_field(FILE *f, const char *key, const char *value)
{
    fputs_unlocked(key, f);
    if (value)
        put_json_text(f, value);
    else
        fputs_unlocked("null", f);
}

static void put_slots(FILE *f, const struct meaning *m)
{
    bool first = true;
    fputs_unlocked(",\"slots\":{", f);
    for (size_t i = 0; i < m->n_slots; i++) {
        if (!strcmp(m->slots[i].name, "pin"))
            continue; /* a secret is not shown */
        if (!first)
            putc_unlocked(',', f);
        put_json_text(f, m->slots[i].name);
        put_field(f, ":", m->slots[i].value);
        first = false;
    }
    putc_unlocked('}', f);
}

static void put_doubt(FILE *f, const struct meaning *m)
{
    static const char *const names[] = {NULL, "form", "place", "kind", "code", "when"};
    put_field(f, ",\"ask\":", names[m->ask]);
    fputs_unlocked(",\"choices\":[", f);
    for (size_t i = 0; i < m->n_choices; i++) {
        if (i)
            putc_unlocked(',', f);
        put_json_text(f, m->choices[i]);
    }
    fputs_unlocked("]}\n", f);
}

static void put_meaning(FILE *f, const struct meaning *m)
{
    char when[32], number[32];
    if (m->has_when)
        civil_iso(m->when_ms, when, sizeof when);
    struct sbuf b = sbuf_on(number, sizeof number);
    if (m->has_number)
        sbuf_addf(&b, "%ld", m->number);
    else
        sbuf_add(&b, "null");
    put_field(f, "{\"form\":", m->ask == DOUBT_FORM ? NULL : m->form);
    put_field(f, ",\"place\":", m->place);
    put_field(f, ",\"kind\":", m->kind);
    put_field(f, ",\"code\":", m->code[0] ? m->code : NULL);
    put_field(f, ",\"when\":", m->has_when ? when : NULL);
    fputs_unlocked(",\"number\":", f);
    fputs_unlocked(number, f);
    put_field(f, ",\"text\":", m->text);
    put_slots(f, m);
    put_doubt(f, m);
}

/* "\n" and "\\" of the format; any other backslash stands for itself. */
static size_t unescape(const char *in, size_t n, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < n && len < size; i++) {
        if (in[i] == '\\' && i + 1 < n && (in[i + 1] == 'n' || in[i + 1] == '\\'))
            out[len++] = in[++i] == 'n' ? '\n' : '\\';
        else
            out[len++] = in[i];
    }
    return len;
}

static void one_line(struct parse *p, const char *line, size_t n)
{
    size_t len = unescape(line, n, p->line, sizeof p->line);
    int clean = utf8_clean(p->line, len, p->text, sizeof p->text);
    while (clean < 0 && len > 0) { /* longer than any message: its beginning is read */
        len -= len > 64 ? 64 : len;
        clean = utf8_clean(p->line, len, p->text, sizeof p->text);
    }
    understand(p->vocab, &p->ctx, p->text, clean < 0 ? 0 : (size_t)clean, &p->meaning);
    put_meaning(stdout, &p->meaning);
}

struct input {
    char *buf;
    size_t cap, len;
    bool skipping; /* the rest of a line larger than the buffer */
};

/* Whole lines of the buffer; what is left moves to its front. */
static void take_lines(struct parse *p, struct input *in)
{
    size_t at = 0;
    for (;;) {
        char *end = memchr(in->buf + at, '\n', in->len - at);
        if (!end)
            break;
        if (!in->skipping)
            one_line(p, in->buf + at, (size_t)(end - in->buf) - at);
        in->skipping = false;
        at = (size_t)(end - in->buf) + 1;
    }
    memmove(in->buf, in->buf + at, in->len - at);
    in->len -= at;
    if (in->len == in->cap) {
        if (!in->skipping)
            one_line(p, in->buf, in->len); /* larger than any message: its beginning is read */
        in->skipping = true;
        in->len = 0;
    }
}

/* Output is flushed whenever input is awaited, so that a program may talk to us. */
static int read_all(struct parse *p)
{
    struct input in = {.cap = 1 << 16};
    in.buf = malloc(in.cap);
    if (!in.buf)
        return 1;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, in.buf + in.len, in.cap - in.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        in.len += (size_t)n;
        take_lines(p, &in);
        if (fflush(stdout) != 0)
            break;
    }
    if (in.len && !in.skipping)
        one_line(p, in.buf, in.len);
    free(in.buf);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

static void find_sender(struct parse *p, const char *from)
{
    char phone[20];
    if (!from || phone_normalize(from, phone, sizeof phone) != 0)
        return;
    for (size_t i = 0; i < p->cfg->n_roster; i++) {
        const struct roster_entry *r = &p->cfg->roster[i];
        if (strcmp(r->phone, phone) != 0)
            continue;
        p->ctx.member = true;
        if (r->places[0] && !strchr(r->places, ' ') && str_copy(p->home, sizeof p->home, r->places) == 0)
            p->ctx.home_place = p->home;
    }
}

static int run_with(struct parse *p, const char *config, const char *from, struct problems *ps)
{
    p->cfg = config_load(cmd_config_path(config), ps);
    p->vocab = p->cfg ? desk_vocab(p->cfg, ps) : NULL;
    if (!p->vocab) {
        cmd_errors(ps);
        return 2;
    }
    find_sender(p, from);
    return read_all(p);
}

static int64_t now_ms(void)
{
    struct clock *c = clock_new_real();
    int64_t now = c ? clock_now_ms(c) : 0;
    clock_free(c);
    return now;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"from", required_argument, NULL, 'f'},
                                            {"at", required_argument, NULL, 'a'},
                                            {NULL, 0, NULL, 0}};
    const char *config = NULL, *from = NULL, *at = NULL;
    for (int o; (o = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (o == 'c')
            config = optarg;
        else if (o == 'f')
            from = optarg;
        else if (o == 'a')
            at = optarg;
        else
            return cmd_usage(&cmd_parse, "unknown option");
    }
    if (optind < argc)
        return cmd_usage(&cmd_parse, "messages are read from standard input");
    struct parse *p = calloc(1, sizeof *p);
    struct problems *ps = problems_new();
    int rc = 1;
    if (p && ps) {
        p->ctx.at_ms = at ? 0 : now_ms();
        if (at && civil_parse(at, &p->ctx.at_ms) != 0)
            rc = cmd_usage(&cmd_parse, "--at wants \"2026-11-12 21:00\"");
        else
            rc = run_with(p, config, from, ps);
    }
    if (p) {
        vocab_free(p->vocab);
        config_free(p->cfg);
    }
    problems_free(ps);
    free(p);
    return rc;
}

const struct cmd cmd_parse = {"parse", "what a message means, as JSON", help, run};
