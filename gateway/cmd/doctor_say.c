// SPDX-License-Identifier: GPL-2.0-or-later
/* A finding of the doctor. Called by its other files. */
#include "gateway/cmd/doctor.h"

#include "gateway/base/mask.h"
#include "gateway/base/str.h"

#include <stdarg.h>
#include <stdio.h>

void doctor_say(struct doctor *d, enum finding_level level, const char *what, const char *fmt, ...)
{
    char text[sizeof(d->found[0].text)];
    struct finding *f = &d->found[d->n < DOCTOR_MAX ? d->n++ : DOCTOR_MAX - 1];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap); /* NOLINT(clang-analyzer-valist.Uninitialized): it is started just before */
    va_end(ap);
    f->level = level;
    str_copy(f->what, sizeof(f->what), what);
    mask_numbers(text); /* an operator's words, a path: who knows */
    str_copy(f->text, sizeof(f->text), text);
}
