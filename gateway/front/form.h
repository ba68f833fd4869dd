// SPDX-License-Identifier: GPL-2.0-or-later
/* A USSD aggregator's request: a form as browsers and aggregators encode it. */
#ifndef TB_FRONT_FORM_H
#define TB_FRONT_FORM_H

#include "gateway/front/front.h"

#include <stdbool.h>
#include <stddef.h>

#define FORM_BODY_MAX 4096
#define FORM_FIELDS_MAX 32

struct form {
    char session[129];     /* sessionId: letters, digits and - _ . : */
    char phone[20];        /* phoneNumber, as E.164 */
    char service_code[32]; /* serviceCode: digits, * and # */
    char text[FRONT_INPUT_SIZE];
    bool too_long; /* text did not fit: the session must end; text is "" */
};

/* Reads a body of n octets, application/x-www-form-urlencoded. Fields of other names are passed
 * over. 0, or -EINVAL, and *why says in a few constant words what is wrong (never what stood there:
 * it goes into the log). */
int form_read(const char *body, size_t n, struct form *out, const char **why);
/* Is this the content type of such a form? */
bool form_type(const char *content_type);

#endif
