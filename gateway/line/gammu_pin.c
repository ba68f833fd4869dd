// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SIM's PIN. Called by gm_unlock(). Three wrong ones and the SIM asks for its PUK, so it is tried
 * only when the core says so: the core keeps, over all restarts, what was tried with which SIM. What
 * can go wrong: a modem that does not tell the SIM's number (EF ICCID may be read before the PIN, TS
 * 51.011 10.1.1) or the tries left; then the line stands for the SIM, and one try is all.
 */
#include "gateway/line/gammu_modem.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIN_MS 20000
#define ASK_MS 3000

/* "+CRSM: 144,0,"9848…"" (TS 27.007 8.18): 10 octets, the second digit of each pair first. */
static void on_crsm(void *ctx, const char *line)
{
    char *iccid = ctx;
    const char *hex = strncmp(line, "+CRSM: 144,", 11) ? NULL : strchr(line + 11, ',');
    size_t n = 0;
    if (!hex)
        return;
    hex += 1 + strspn(hex + 1, "\" ");
    for (size_t i = 0; i < 20 && strspn(hex, "0123456789ABCDEFabcdef") >= 20; i++)
        if (hex[i ^ 1] >= '0' && hex[i ^ 1] <= '9')
            iccid[n++] = hex[i ^ 1];
    iccid[n] = '\0';
}

/* "+CCID: 8984…", "^ICCID: 8984…", or the digits alone: the makers' own ways. */
static void on_digits(void *ctx, const char *line)
{
    char *iccid = ctx;
    const char *p = strpbrk(line, "0123456789");
    size_t n = p ? strspn(p, "0123456789") : 0;
    if (n < 18 || n > 20)
        return;
    memcpy(iccid, p, n);
    iccid[n] = '\0';
}

static int read_iccid(struct gm_modem *m, char iccid[24])
{
    static const struct {
        const char *command;
        void (*on_line)(void *ctx, const char *line);
    } ways[] = {{"AT+CRSM=176,12258,0,0,10", on_crsm},
                {"AT+CCID", on_digits},
                {"AT^ICCID?", on_digits},
                {"AT+QCCID", on_digits}};
    int rc = 0;
    iccid[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(ways) && !gm_fatal(rc) && !iccid[0]; i++)
        rc = raw_command(&m->port, ways[i].command, ASK_MS, ways[i].on_line, iccid, NULL);
    return gm_fatal(rc) ? rc : 0;
}

/* "+CPINR: SIM PIN,3,3" (TS 27.007 8.65). */
static void on_left(void *ctx, const char *line)
{
    uint8_t *left = ctx;
    const char *comma = strncmp(line, "+CPINR: SIM PIN,", 16) ? NULL : line + 16;
    long n = comma ? strtol(comma, NULL, 10) : -1;
    if (n >= 0 && n < 10)
        *left = (uint8_t)n;
}

static int told_no(struct gm_modem *m)
{
    snprintf(m->why, sizeof m->why,
             "the SIM asks for its PIN, and the one in the config is not tried again: it was refused, or nobody knows "
             "what became of it. Three wrong ones lock the SIM: mend pin, or switch it off in a phone");
    return -EPERM;
}

int gm_enter_pin(struct gm_modem *m)
{
    GSM_SecurityCode code;
    struct line_pin p = {.what = PIN_ASKED, .left = PIN_LEFT_UNKNOWN};
    memset(&code, 0, sizeof code);
    if (!m->o->pin[0]) {
        snprintf(m->why, sizeof m->why, "the SIM asks for its PIN and none is configured");
        return -EPERM;
    }
    if (m->announce)
        m->announce(m->ctx, "pin", PIN_MS);
    int rc = read_iccid(m, p.iccid);
    if (!rc)
        rc = raw_command(&m->port, "AT+CPINR=\"SIM PIN\"", ASK_MS, on_left, &p.left, NULL);
    if (gm_fatal(rc))
        return rc;
    if (m->pin && !m->pin(m->ctx, &p))
        return told_no(m);
    code.Type = SEC_Pin;
    (void)str_copy(code.Code, sizeof code.Code, m->o->pin);
    gm_begin(m, "pin", PIN_MS);
    rc = gm_end(GSM_EnterSecurityCode(m->s, &code));
    if (gm_fatal(rc))
        return rc; /* nobody knows */
    p.what = rc ? PIN_REFUSED : PIN_TAKEN;
    if (m->pin)
        (void)m->pin(m->ctx, &p);
    if (!rc)
        return 0;
    snprintf(m->why, sizeof m->why,
             "the SIM refused the PIN; it is not tried again until you change it (three wrong ones lock the SIM)");
    return -EPERM;
}
