// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The AT engine: octets in, octets out. Command lines as ITU-T V.250 5.2 has them (echo,
 * CR LF framing, basic and extended commands, several on a line), the PDU prompt of 3GPP TS
 * 27.005 3.5.1, unsolicited lines held back while a command is answered, and the faults
 * that are the modem's own (mute, garbage, no-echo, unknown-urc). The commands are in
 * at_sms.c and at_status.c. Called by vmodem.c, its fuzzer and unit tests. Whatever comes
 * in is answered or ignored; nothing here fails but for want of memory.
 */
#include "gateway/line/at_priv.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CTRL_Z 0x1A
#define ESC 0x1B
#define BACKSPACE 0x08

static bool has_fault(const struct at_engine *e, enum air_fault f)
{
    return air_fault_now(e->air, NULL) == f;
}

static void flush_out(struct at_engine *e)
{
    if (e->out_len)
        e->put(e->ctx, e->out, e->out_len);
    e->out_len = 0;
}

void at_emit(struct at_engine *e, const char *p, size_t n)
{
    if (has_fault(e, FAULT_MUTE))
        return;
    while (n > 0) {
        size_t k = sizeof e->out - e->out_len;
        if (k > n)
            k = n;
        memcpy(e->out + e->out_len, p, k);
        e->out_len += k;
        p += k;
        n -= k;
        if (e->out_len == sizeof e->out)
            flush_out(e);
    }
}

/* The same noise in each run: a failure can be played again. */
static uint32_t noise(struct at_engine *e)
{
    e->noise = e->noise * 1664525u + 1013904223u;
    return e->noise >> 8;
}

static void add_garbage(struct at_engine *e, char *line, size_t n)
{
    char rubbish[12];
    size_t k = noise(e) % sizeof rubbish;
    for (size_t i = 0; i < k; i++)
        rubbish[i] = (char)(noise(e) & 0xFF);
    at_emit(e, rubbish, k);
    if (n > 0 && noise(e) % 2)
        line[noise(e) % n] = (char)(noise(e) & 0xFF);
}

static void say_framed(struct at_engine *e, char *line, size_t n)
{
    if (has_fault(e, FAULT_GARBAGE))
        add_garbage(e, line, n);
    at_emit(e, "\r\n", 2);
    at_emit(e, line, n);
    at_emit(e, "\r\n", 2);
}

void at_say(struct at_engine *e, const char *fmt, ...)
{
    char line[AT_LINE_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n > 0)
        say_framed(e, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static void flush_urcs(struct at_engine *e)
{
    while (e->urcs && !e->busy && e->state == IN_COMMAND && e->line_len == 0) {
        struct at_urc *u = e->urcs;
        e->urcs = u->next;
        if (!e->urcs)
            e->urcs_end = &e->urcs;
        e->n_urcs--;
        say_framed(e, u->text, strlen(u->text));
        free(u);
    }
    if (!e->busy)
        flush_out(e);
}

static void drop_urcs(struct at_engine *e)
{
    while (e->urcs) {
        struct at_urc *next = e->urcs->next;
        free(e->urcs);
        e->urcs = next;
    }
    e->urcs_end = &e->urcs;
    e->n_urcs = 0;
}

void at_unsolicited(struct at_engine *e, const char *fmt, ...)
{
    char line[AT_LINE_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof line || e->n_urcs >= AT_URCS_MAX || has_fault(e, FAULT_MUTE))
        return;
    struct at_urc *u = malloc(sizeof *u + (size_t)n + 1);
    if (!u)
        return;
    u->next = NULL;
    memcpy(u->text, line, (size_t)n + 1);
    *e->urcs_end = u;
    e->urcs_end = &u->next;
    e->n_urcs++;
    flush_urcs(e);
}

void at_final(struct at_engine *e, int result)
{
    if (result == AT_OK)
        at_say(e, "OK");
    else if (result >= AT_CME(0) && e->set.cmee)
        at_say(e, "+CME ERROR: %d", result - AT_CME(0));
    else if (result > 0 && result < AT_CME(0))
        at_say(e, "+CMS ERROR: %d", result);
    else if (result != AT_PROMPT && result != AT_SILENT)
        at_say(e, "ERROR");
}

long at_number(const struct at_args *a, int i, long lo, long hi, long other)
{
    if (i >= a->n || !a->v[i].text[0])
        return other;
    char *end;
    long v = strtol(a->v[i].text, &end, 10);
    return *end || v < lo || v > hi ? other : v;
}

/* One argument list up to ';' outside of quotes; -1 when it has too many or too long ones. */
static int parse_args(struct at_args *a, const char **at)
{
    const char *p = *at;
    a->n = 0;
    for (bool more = true; more; p += more) {
        if (a->n == AT_ARGS)
            return -1;
        size_t n = 0;
        bool quotes = false;
        a->v[a->n].quoted = false;
        for (; *p && (quotes || (*p != ',' && *p != ';')); p++) {
            if (*p == '"') {
                quotes = !quotes;
                a->v[a->n].quoted = true;
                continue;
            }
            if (n + 1 >= AT_ARG_SIZE)
                return -1;
            if (quotes || *p != ' ')
                a->v[a->n].text[n++] = *p;
        }
        a->v[a->n++].text[n] = '\0';
        more = *p == ',';
    }
    *at = p;
    return 0;
}

static const struct at_command *lookup(const char *name)
{
    const struct at_command *const tables[] = {at_sms_commands, at_status_commands};
    for (size_t t = 0; t < ARRAY_LEN(tables); t++)
        for (const struct at_command *c = tables[t]; c->name; c++)
            if (!strcmp(c->name, name))
                return c;
    return NULL;
}

static int run_extended(struct at_engine *e, const char **at)
{
    char name[16];
    size_t n = 0;
    const char *p = *at;
    do {
        if (n + 1 >= sizeof name)
            return AT_ERROR;
        name[n++] = (char)toupper((unsigned char)*p++);
    } while (isalnum((unsigned char)*p));
    name[n] = '\0';
    enum at_how how = AT_EXEC;
    e->args.n = 0;
    if (*p == '?') {
        how = AT_READ;
        p++;
    } else if (p[0] == '=' && p[1] == '?') {
        how = AT_TEST;
        p += 2;
    } else if (*p == '=') {
        how = AT_SET;
        p++;
        if (parse_args(&e->args, &p))
            return AT_ERROR;
    }
    if (*p && *p != ';')
        return AT_ERROR;
    *at = p;
    const struct at_command *c = lookup(name);
    return c ? c->run(e, how, &e->args) : AT_ERROR;
}

/* V.250 5.3.1: a letter (or & and a letter) and a number. */
static int run_basic(struct at_engine *e, const char **at)
{
    const char *p = *at;
    bool amp = *p == '&';
    char letter = (char)toupper((unsigned char)p[amp]);
    if (!letter)
        return AT_ERROR;
    p += 1 + amp;
    long v = 0;
    while (isdigit((unsigned char)*p) && v < 1000)
        v = v * 10 + (*p++ - '0');
    if (letter == 'S' && !amp) {
        p += strcspn(p, ";");
        *at = p;
        return AT_OK;
    }
    *at = p;
    if (amp)
        return strchr("FCDKW", letter) ? AT_OK : AT_ERROR;
    switch (letter) {
    case 'E':
        e->set.echo = v != 0;
        return v > 1 ? AT_ERROR : AT_OK;
    case 'I':
        at_say(e, "%s %s", VMODEM_MAKER, VMODEM_MODEL);
        return AT_OK;
    case 'Z':
    case 'H':
    case 'L':
    case 'M':
    case 'Q':
    case 'V':
    case 'X':
        return AT_OK;
    default:
        return AT_ERROR;
    }
}

static int run_line(struct at_engine *e, const char *p)
{
    int result = AT_OK;
    while (*p && result == AT_OK) {
        if (*p == ' ' || *p == ';')
            p++;
        else if (strchr("+^$*%#", *p))
            result = run_extended(e, &p);
        else
            result = run_basic(e, &p);
    }
    return result;
}

static void end_line(struct at_engine *e)
{
    char *p = e->line;
    e->line[e->line_len] = '\0';
    bool over = e->line_over;
    e->line_len = 0;
    e->line_over = false;
    while (*p == ' ')
        p++;
    if (strncasecmp(p, "AT", 2) != 0)
        return;
    e->commands++;
    e->busy = true;
    at_final(e, over ? AT_ERROR : run_line(e, p + 2));
    e->busy = false;
}

static void command_char(struct at_engine *e, char c)
{
    if (c == '\r')
        end_line(e);
    else if (c == BACKSPACE && e->line_len > 0)
        e->line_len--;
    else if (c == ESC)
        e->line_len = 0;
    else if ((unsigned char)c < ' ')
        return;
    else if (e->line_len + 1 < sizeof e->line)
        e->line[e->line_len++] = c;
    else
        e->line_over = true;
}

static void pdu_char(struct at_engine *e, char c)
{
    if (c == ESC) {
        e->state = IN_COMMAND;
        at_final(e, AT_OK);
    } else if (c == CTRL_Z) {
        e->state = IN_COMMAND;
        e->busy = true;
        at_final(e, at_send_pdu(e));
        e->busy = false;
    } else if (c == '\r' || c == '\n' || c == ' ') {
        return;
    } else if (e->pdu_len < sizeof e->pdu) {
        e->pdu[e->pdu_len++] = c;
    } else {
        e->pdu_over = true;
    }
}

void at_input(struct at_engine *e, const char *p, size_t n)
{
    if (has_fault(e, FAULT_MUTE))
        return;
    bool was_busy = e->busy; /* output goes out in one piece */
    e->busy = true;
    for (size_t i = 0; i < n; i++) {
        if (e->set.echo && !has_fault(e, FAULT_NO_ECHO))
            at_emit(e, p + i, 1);
        if (e->state == IN_PDU)
            pdu_char(e, p[i]);
        else
            command_char(e, p[i]);
        e->busy = true;
        if (e->state == IN_COMMAND && e->line_len == 0 && e->urcs) {
            e->busy = false;
            flush_urcs(e);
            e->busy = true;
        }
    }
    e->busy = was_busy;
    flush_urcs(e);
}

void at_reset(struct at_engine *e)
{
    e->set = (struct at_settings){.echo = true};
    e->state = IN_COMMAND;
    e->line_len = e->pdu_len = e->out_len = 0;
    e->line_over = e->pdu_over = false;
    drop_urcs(e);
    if (e->sim != AT_SIM_PUK)
        e->sim = e->pin[0] ? AT_SIM_PIN : AT_SIM_READY;
}

void at_booted(struct at_engine *e)
{
    at_unsolicited(e, "RDY");
    at_unsolicited(e, "SMS Ready");
}

static void on_fault(void *ctx, enum air_fault f, int cms)
{
    (void)cms;
    struct at_engine *e = ctx;
    if (f == FAULT_POWER_CYCLE || f == FAULT_UNPLUG)
        at_reset(e);
    else if (f == FAULT_UNKNOWN_URC)
        at_unsolicited(e, "+ZUSIMR:2");
}

int at_sim_pin(struct at_engine *e, const char *pin)
{
    size_t n = strlen(pin);
    if (n > 0 && (n < 4 || n > 8 || strspn(pin, "0123456789") != n))
        return -EINVAL;
    e->pin_tries = 3;
    e->sim = n > 0 ? AT_SIM_PIN : AT_SIM_READY;
    return str_copy(e->pin, sizeof e->pin, pin);
}

int at_sim(struct at_engine *e, const char *iccid, const char *pin)
{
    size_t n = strlen(iccid);
    if (n < 19 || n > 20 || strspn(iccid, "0123456789") != n)
        return -EINVAL;
    memset(e->iccid, 0, sizeof e->iccid);
    memcpy(e->iccid, iccid, n);
    if (pin)
        return at_sim_pin(e, pin);
    e->sim = AT_SIM_PUK;
    e->pin_tries = 0;
    return 0;
}

void at_tells_tries(struct at_engine *e, bool on)
{
    e->tells_tries = on;
}

int at_pin_asked(const struct at_engine *e)
{
    return e->pin_asked;
}

void at_store_reports(struct at_engine *e, bool on)
{
    e->store_reports = on;
}

struct at_engine *at_new(struct air *air, void (*put)(void *ctx, const char *p, size_t n), void *ctx)
{
    struct at_engine *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->air = air;
    e->put = put;
    e->ctx = ctx;
    e->urcs_end = &e->urcs;
    e->noise = 1;
    e->pin_tries = 3;
    memcpy(e->iccid, "8984049900000000017", 20);
    at_reset(e);
    struct air_events ev = {
        .ctx = e, .stored = at_sms_stored, .report = at_sms_report, .ring = at_call, .fault = on_fault};
    if (air_listen(air, &ev)) {
        free(e);
        return NULL;
    }
    return e;
}

void at_free(struct at_engine *e)
{
    if (!e)
        return;
    air_unlisten(e->air, e);
    drop_urcs(e);
    free(e);
}

uint64_t at_commands(const struct at_engine *e)
{
    return e->commands;
}

bool at_quiet(const struct at_engine *e)
{
    return e->state == IN_COMMAND && e->line_len == 0 && e->urcs == NULL;
}
