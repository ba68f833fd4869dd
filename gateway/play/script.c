// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of the play format. Called by gateway/cmd/play.c and the tests; see script.h.
 * What can go wrong is the script: the first line that can not be read is told with its
 * number and what to write instead, and nothing is played.
 */
#include "gateway/play/script.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/play/expect.h"
#include "gateway/serve/control.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_OCTETS_MAX 32000

struct reader {
    struct script *s;
    struct script_error *e;
    int line;
    bool have_at;   /* an `at` was read: now_ms is known */
    int64_t now_ms; /* what the wall clock will show at this line */
    size_t cap;
};

static int fail(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct reader *r, const char *fmt, ...)
{
    va_list ap;
    r->e->line = r->line;
    va_start(ap, fmt);
    vsnprintf(r->e->text, sizeof r->e->text, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *skip_blank(const char *p)
{
    while (blank(*p))
        p++;
    return p;
}

static void trim_end(char *p)
{
    size_t n = strlen(p);
    while (n && blank(p[n - 1]))
        p[--n] = '\0';
}

/* Is `word` the first word of p? Then what follows it, else NULL. */
static const char *after_word(const char *p, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(p, word, n) != 0 || (p[n] && !blank(p[n])))
        return NULL;
    return skip_blank(p + n);
}

static struct script_item *add_item(struct reader *r, enum script_op op)
{
    struct script *s = r->s;
    if (s->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 32;
        struct script_item *p = realloc(s->items, cap * sizeof *p);
        if (!p)
            return NULL;
        s->items = p;
        r->cap = cap;
    }
    struct script_item *it = &s->items[s->n++];
    memset(it, 0, sizeof *it);
    it->line = r->line;
    it->op = op;
    return it;
}

/* "90s", "15m", "1h30m", "2d" -> ms; -EINVAL. At most ten years. */
static int read_span(const char *p, int64_t *ms)
{
    int64_t sum = 0;
    if (!*p)
        return -EINVAL;
    while (*p) {
        int64_t v = 0;
        int digits = 0;
        for (; *p >= '0' && *p <= '9' && digits <= 9; p++, digits++)
            v = v * 10 + (*p - '0');
        if (digits < 1 || digits > 9)
            return -EINVAL;
        switch (*p++) {
        case 's':
            v *= SECOND_MS;
            break;
        case 'm':
            v *= MINUTE_MS;
            break;
        case 'h':
            v *= HOUR_MS;
            break;
        case 'd':
            v *= DAY_MS;
            break;
        default:
            return -EINVAL;
        }
        sum += v;
        if (sum > 3660 * DAY_MS)
            return -EINVAL;
    }
    *ms = sum;
    return 0;
}

static int read_at(struct reader *r, const char *p)
{
    int64_t ms;
    if (civil_parse(p, &ms) < 0)
        return fail(r, "'at %.60s' is no time; write: at 2026-11-12 21:05", p);
    if (r->have_at && ms < r->now_ms) {
        char now[32];
        civil_iso(r->now_ms, now, sizeof now);
        return fail(r,
                    "time does not go backwards: the clock shows %s here; write a later time, or 'clock -T' for a jump",
                    now);
    }
    struct script_item *it = add_item(r, OP_AT);
    if (!it)
        return -ENOMEM;
    it->ms = r->now_ms = ms;
    r->have_at = true;
    return 0;
}

static int read_wait(struct reader *r, const char *p)
{
    int64_t ms;
    if (read_span(p, &ms) < 0)
        return fail(r, "'wait %.60s' is no time span; write a number and s, m, h or d, as in: wait 15m", p);
    struct script_item *it = add_item(r, OP_WAIT);
    if (!it)
        return -ENOMEM;
    it->ms = ms;
    r->now_ms += ms;
    return 0;
}

static int read_clock(struct reader *r, const char *p)
{
    int64_t ms;
    if ((*p != '+' && *p != '-') || read_span(p + 1, &ms) < 0)
        return fail(r, "'clock %.60s' is no jump; write a sign, a number and s, m, h or d, as in: clock -2h", p);
    struct script_item *it = add_item(r, OP_CLOCK);
    if (!it)
        return -ENOMEM;
    it->ms = *p == '-' ? -ms : ms;
    r->now_ms += it->ms;
    return 0;
}

static int read_restart(struct reader *r, const char *p)
{
    static const char *const steps[] = {"received", "committed", "kept", "sent"};
    static const enum play_step step[] = {STEP_RECEIVED, STEP_COMMITTED, STEP_KEPT, STEP_SENT};
    struct script_item *it;
    if (!*p) {
        it = add_item(r, OP_RESTART);
        return it ? 0 : -ENOMEM;
    }
    const char *at = after_word(p, "at");
    for (size_t i = 0; at && i < ARRAY_LEN(steps); i++) {
        const char *nth = after_word(at, steps[i]);
        if (!nth || (*nth && (nth[0] < '1' || nth[0] > '9' || nth[1])))
            continue;
        it = add_item(r, OP_RESTART_AT);
        if (!it)
            return -ENOMEM;
        it->step = step[i];
        it->passed = *nth ? nth[0] - '1' : 0;
        return 0;
    }
    return fail(r, "'restart %.60s'; write restart, or restart at received, committed, kept or sent, or sent 2", p);
}

static bool is_cms(const char *p)
{
    if (strncmp(p, "cms=", 4) != 0 || !p[4])
        return false;
    size_t n = strspn(p + 4, "0123456789");
    return n >= 1 && n <= 3 && !p[4 + n] && strspn(p + 4, "0") < n;
}

static int read_modem(struct reader *r, const char *p)
{
    static const char *const faults[] = {"mute",         "garbage", "no-echo",     "unknown-urc", "sim-full",
                                         "delete-fails", "unplug",  "power-cycle", "slow",        "ok"};
    bool known = is_cms(p);
    for (size_t i = 0; !known && i < ARRAY_LEN(faults); i++)
        known = !strcmp(p, faults[i]);
    if (!known) {
        const char *near = str_nearest(p, faults, ARRAY_LEN(faults));
        return fail(r,
                    "no modem fault '%.40s'%s%s%s; there are: mute garbage no-echo unknown-urc cms=N sim-full "
                    "delete-fails unplug power-cycle slow, and ok",
                    p, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    }
    struct script_item *it = add_item(r, OP_MODEM);
    if (!it || !(it->text = strdup(p)))
        return -ENOMEM;
    return 0;
}

static int check_digits(struct reader *r, const char *p, size_t n)
{
    if (*p == '+') {
        if (n - 1 >= 7 && n - 1 <= 15 && p[1] != '0')
            return 0;
        return fail(r, "'%s' is no E.164 number; write + and 7 to 15 digits, as in +84912000001", p);
    }
    if (*p == '0')
        return fail(r, "'%s' is a national number; write it as E.164, as in +84%s", p, p + 1);
    if (n <= 10)
        return 0;
    return fail(r, "'%s' is too long for a short code; a phone number begins with +", p);
}

/* E.164, a short code or an alphanumeric name (TS 23.040 9.1.2.5: at most 11 characters); '84912000001 is such a
 * name that reads as a number (ADDRESS_NAME_MARK). */
static int check_number(struct reader *r, const char *p)
{
    size_t n = strlen(p);
    size_t digits = strspn(*p == '+' ? p + 1 : p, "0123456789");
    if (n && digits && digits + (*p == '+') == n)
        return check_digits(r, p, n);
    int septets = gsm7_septets(*p == ADDRESS_NAME_MARK ? p + 1 : p);
    if (n == 0 || *p == '+')
        return fail(r, "'%.40s' is no number; write E.164 (+84912000001), a short code or a name", p);
    if (septets < 1 || septets > 11)
        return fail(r, "a sender's name has at most 11 characters of GSM-7, '%.60s' does not", p);
    return 0;
}

/* "\n" a new line, "\\" a backslash; any other backslash stays. In place. */
static void take_escapes(char *p)
{
    char *to = p;
    while (*p) {
        if (p[0] == '\\' && (p[1] == 'n' || p[1] == '\\')) {
            *to++ = p[1] == 'n' ? '\n' : '\\';
            p += 2;
        } else {
            *to++ = *p++;
        }
    }
    *to = '\0';
}

static bool is_console(const char *p)
{
    return !strcmp(p, SCRIPT_CONSOLE);
}

/* A new statement of this phone; NULL with *rc when the number can not be one. */
static struct script_item *number_item(struct reader *r, enum script_op op, const char *number, int *rc)
{
    if (is_console(number) && op != OP_REQUEST && op != OP_ANSWER) {
        *rc = fail(r, "the console is no phone; it knows: console > REQUEST and console < ANSWER");
        return NULL;
    }
    *rc = check_number(r, number);
    if (*rc)
        return NULL;
    struct script_item *it = add_item(r, op);
    *rc = it ? str_copy(it->number, sizeof it->number, number) : -ENOMEM;
    if (*rc == -EMSGSIZE)
        *rc = fail(r, "the number is too long");
    return *rc ? NULL : it;
}

/* A request is one line of bounded length, as the control socket takes it. */
static int check_request(struct reader *r, char *p)
{
    trim_end(p);
    if (!*skip_blank(p))
        return fail(r, "the console asks nothing; write a request, as in: console > invite 7 member 6 Nguyen Van A");
    if (strlen(p) >= CONTROL_REQUEST_MAX)
        return fail(r, "the request is longer than %d octets; write a shorter one", CONTROL_REQUEST_MAX - 1);
    return 0;
}

static int read_text(struct reader *r, const char *number, const char *p)
{
    int rc;
    struct script_item *it = number_item(r, is_console(number) ? OP_REQUEST : OP_TEXT, number, &rc);
    if (!it)
        return rc;
    if (blank(*p))
        p++;
    if (!(it->text = strdup(p)))
        return -ENOMEM;
    if (it->op == OP_REQUEST)
        return check_request(r, it->text);
    take_escapes(it->text);
    if (strlen(it->text) >= SMS_TEXT_MAX)
        return fail(r, "the text is longer than %d octets; write a shorter one", SMS_TEXT_MAX - 1);
    return 0;
}

static int read_pattern(struct reader *r, struct script_item *it)
{
    char *end = strrchr(it->text, '/');
    char why[160] = "";
    if (end == it->text)
        return fail(r, "the pattern has no closing '/'; write /pattern/ or /pattern/i");
    if (strspn(end + 1, "is") != strlen(end + 1) || strlen(end + 1) >= sizeof it->flags)
        return fail(r, "unknown flags '%.40s' after the pattern; there are i and s", end + 1);
    (void)str_copy(it->flags, sizeof it->flags, end + 1);
    *end = '\0';
    memmove(it->text, it->text + 1, strlen(it->text));
    it->match = MATCH_PATTERN;
    int rc = expect_try(it->text, it->flags, why, sizeof why);
    if (rc == -EINVAL)
        return fail(r, "the pattern does not compile: %s; correct it", why);
    return rc;
}

static int read_expect(struct reader *r, const char *number, const char *p)
{
    static const char *const words[] = {"any", "nothing", "skip"};
    static const enum script_match match[] = {MATCH_ANY, MATCH_NOTHING, MATCH_SKIP};
    int rc;
    struct script_item *it = number_item(r, is_console(number) ? OP_ANSWER : OP_EXPECT, number, &rc);
    if (!it)
        return rc;
    p = skip_blank(p);
    if (!*p)
        return fail(r, "nothing is expected; write a text, /pattern/, any, nothing or skip after '<'");
    if (!(it->text = strdup(p)))
        return -ENOMEM;
    trim_end(it->text);
    if (it->text[0] == '/')
        return read_pattern(r, it);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!strcmp(it->text, words[i]))
            it->match = match[i];
    if (it->match == MATCH_TEXT)
        take_escapes(it->text);
    return 0;
}

/* The first '<' or '>' that stands alone; NULL. */
static char *find_arrow(char *p)
{
    for (char *q = p; *q; q++)
        if ((*q == '<' || *q == '>') && q > p && blank(q[-1]) && (!q[1] || blank(q[1])))
            return q;
    return NULL;
}

static bool cut_suffix(char *p, const char *suffix)
{
    size_t n = strlen(p), m = strlen(suffix);
    if (n <= m || strcmp(p + n - m, suffix) != 0)
        return false;
    p[n - m] = '\0';
    trim_end(p);
    return true;
}

static int read_phone(struct reader *r, char *p)
{
    struct script_item *it;
    int rc;
    char *arrow = find_arrow(p);
    if (arrow) {
        bool sends = *arrow == '>';
        *arrow = '\0';
        trim_end(p);
        return sends ? read_text(r, p, arrow + 1) : read_expect(r, p, arrow + 1);
    }
    trim_end(p);
    if (cut_suffix(p, " rings"))
        return number_item(r, OP_RINGS, p, &rc) ? 0 : rc;
    bool off = cut_suffix(p, " is unreachable");
    if (off || cut_suffix(p, " is reachable")) {
        it = number_item(r, OP_REACHABLE, p, &rc);
        if (it)
            it->reachable = !off;
        return it ? 0 : rc;
    }
    return fail(r,
                "'%.60s' is no statement; there are: at, wait, clock, NUMBER > TEXT, NUMBER < TEXT, NUMBER rings, "
                "NUMBER is unreachable, console > REQUEST, restart, modem, ignore the rest, and # for a comment",
                p);
}

static int read_statement(struct reader *r, char *p)
{
    static const struct {
        const char *word;
        int (*read)(struct reader *r, const char *rest);
    } verbs[] = {
        {"at", read_at}, {"wait", read_wait}, {"clock", read_clock}, {"restart", read_restart}, {"modem", read_modem}};

    if (find_arrow(p))
        return read_phone(r, p);
    trim_end(p);
    if (!strcmp(p, "ignore the rest")) {
        r->s->ignore_rest = true;
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        const char *rest = after_word(p, verbs[i].word);
        if (rest && strcmp(rest, "rings") != 0)
            return verbs[i].read(r, rest);
    }
    return read_phone(r, p);
}

static bool is_utf8(const char *p, size_t n)
{
    for (size_t i = 0, used = 0; i < n; i += used) {
        uint32_t cp = utf8_next(p + i, n - i, &used);
        if (cp == 0xFFFD && (used != 3 || memcmp(p + i, "\xEF\xBF\xBD", 3) != 0))
            return false;
    }
    return true;
}

static int read_line(struct reader *r, const char *p, size_t n)
{
    if (n && p[n - 1] == '\r')
        n--;
    if (n > LINE_OCTETS_MAX)
        return fail(r, "the line is longer than %d octets; write a shorter one", LINE_OCTETS_MAX);
    if (memchr(p, '\0', n) || !is_utf8(p, n))
        return fail(r, "the line is not UTF-8 text; save the script as UTF-8");
    char *copy = malloc(n + 1);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, p, n);
    copy[n] = '\0';
    char *q = copy;
    while (blank(*q))
        q++;
    int rc = *q == '\0' || *q == '#' ? 0 : read_statement(r, q);
    free(copy);
    return rc;
}

static int read_lines(struct reader *r, const char *p, size_t n)
{
    if (n >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3)) { /* a byte order mark, as Windows editors leave */
        p += 3;
        n -= 3;
    }
    const char *end = p + n;
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        const char *stop = nl ? nl : end;
        r->line++;
        int rc = read_line(r, p, (size_t)(stop - p));
        if (rc < 0)
            return rc;
        p = nl ? nl + 1 : end;
    }
    r->s->last_line = r->line;
    return 0;
}

int script_read(const char *text, size_t n, struct script **out, struct script_error *e)
{
    struct script *s = calloc(1, sizeof *s);
    struct reader r = {.s = s, .e = e};
    *out = NULL;
    e->line = 0;
    e->text[0] = '\0';
    if (!s)
        return -ENOMEM;
    int rc = n > SCRIPT_MAX ? fail(&r, "the script is larger than 4 MiB; divide it") : read_lines(&r, text, n);
    if (rc < 0) {
        script_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void script_free(struct script *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        free(s->items[i].text);
    free(s->items);
    free(s);
}
