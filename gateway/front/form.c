// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Form decoding (application/x-www-form-urlencoded, WHATWG URL 5.1) with a bound on everything.
 * Called by the server for each POST. Pure. A field that comes twice is an error: two readers
 * would disagree on which of them counts.
 */
#include "gateway/front/form.h"

#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf.h"

#include <string.h>
#include <strings.h>

enum field { SESSION, PHONE, SERVICE_CODE, TEXT, FIELDS };

static const char *const names[FIELDS] = {"sessionId", "phoneNumber", "serviceCode", "text"};

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes n octets into out: 0, -EINVAL (a broken escape, a control character), -EMSGSIZE. */
static int decode(const char *p, size_t n, char *out, size_t size)
{
    size_t k = 0;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)p[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < n ? hex(p[i + 1]) : -1, low = i + 2 < n ? hex(p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return -EINVAL;
            c = high << 4 | low;
            i += 2;
        }
        if (c < 0x20 || c == 0x7F)
            return -EINVAL;
        if (k + 1 < size)
            out[k++] = (char)c;
        else
            rc = -EMSGSIZE; /* the rest is still read: what is wrong there is said first */
    }
    out[rc ? 0 : k] = '\0';
    return rc;
}

/* Digits, these signs, and letters where they are allowed; not empty. */
static bool only(const char *s, const char *signs, bool letters)
{
    bool fine = *s != '\0';
    for (; *s; s++) {
        bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
        bool digit = *s >= '0' && *s <= '9';
        fine = fine && (digit || (letter && letters) || strchr(signs, *s));
    }
    return fine;
}

static bool is_utf8(const char *s)
{
    size_t n = strlen(s), used = 0;
    char again[4];
    for (; n; s += used, n -= used) {
        uint32_t cp = utf8_next(s, n, &used);
        if (utf8_put(cp, again) != used || memcmp(again, s, used) != 0)
            return false; /* ill-formed: it was read as U+FFFD */
    }
    return true;
}

static const char *take_session(const char *p, size_t n, struct form *f)
{
    return decode(p, n, f->session, sizeof(f->session)) || !only(f->session, "-_.:", true)
               ? "sessionId is no plain word of 1 to 128 characters"
               : NULL;
}

static const char *take_phone(const char *p, size_t n, struct form *f)
{
    char typed[40]; /* a + that was not escaped has become a space */
    return decode(p, n, typed, sizeof(typed)) || phone_normalize(typed, f->phone, sizeof(f->phone))
               ? "phoneNumber is no phone number"
               : NULL;
}

static const char *take_service_code(const char *p, size_t n, struct form *f)
{
    return decode(p, n, f->service_code, sizeof(f->service_code)) || !only(f->service_code, "*#", false)
               ? "serviceCode is not 1 to 31 digits, * and #"
               : NULL;
}

static const char *take_text(const char *p, size_t n, struct form *f)
{
    int rc = decode(p, n, f->text, sizeof(f->text));
    f->too_long = rc == -EMSGSIZE;
    return rc == -EINVAL || !is_utf8(f->text) ? "text is no UTF-8 without control characters" : NULL;
}

static const char *take(enum field which, const char *p, size_t n, struct form *f)
{
    switch (which) {
    case SESSION:
        return take_session(p, n, f);
    case PHONE:
        return take_phone(p, n, f);
    case SERVICE_CODE:
        return take_service_code(p, n, f);
    case TEXT:
        return take_text(p, n, f);
    case FIELDS:
        break;
    }
    return NULL;
}

static enum field field_named(const char *p, size_t n)
{
    char name[24];
    if (decode(p, n, name, sizeof(name)) == 0)
        for (size_t i = 0; i < FIELDS; i++)
            if (!strcmp(names[i], name))
                return (enum field)i;
    return FIELDS;
}

/* One "name=value"; NULL or what is wrong. */
static const char *read_pair(const char *p, size_t n, bool *seen, struct form *f)
{
    const char *eq = memchr(p, '=', n);
    size_t name_len = eq ? (size_t)(eq - p) : n;
    enum field which = field_named(p, name_len);
    if (which == FIELDS)
        return NULL;
    if (seen[which])
        return "a field comes twice";
    seen[which] = true;
    return take(which, eq ? eq + 1 : p + n, eq ? n - name_len - 1 : 0, f);
}

static const char *read_all(const char *body, size_t n, struct form *f)
{
    static const char *const missing[FIELDS] = {"no sessionId", "no phoneNumber", "no serviceCode", "no text"};
    bool seen[FIELDS] = {false};
    int fields = 0;
    for (size_t i = 0; i < n;) {
        const char *amp = memchr(body + i, '&', n - i);
        size_t len = amp ? (size_t)(amp - body) - i : n - i;
        const char *why = ++fields > FORM_FIELDS_MAX ? "too many fields" : read_pair(body + i, len, seen, f);
        if (why)
            return why;
        i += len + 1;
    }
    for (size_t i = 0; i < FIELDS; i++)
        if (!seen[i])
            return missing[i];
    return NULL;
}

int form_read(const char *body, size_t n, struct form *out, const char **why)
{
    memset(out, 0, sizeof(*out));
    *why = n > FORM_BODY_MAX ? "the body is too long" : read_all(body, n, out);
    if (*why)
        memset(out, 0, sizeof(*out));
    return *why ? -EINVAL : 0;
}

bool form_type(const char *content_type)
{
    static const char want[] = "application/x-www-form-urlencoded";
    if (!content_type || strncasecmp(content_type, want, sizeof(want) - 1) != 0)
        return false;
    char after = content_type[sizeof(want) - 1];
    return after == '\0' || after == ';' || after == ' ';
}
