// SPDX-License-Identifier: GPL-2.0-or-later
/* What a target asserts, said when it does not hold. */
#ifndef TB_FUZZ_MUST_H
#define TB_FUZZ_MUST_H

#include <stdio.h>
#include <stdlib.h>

#define must(fine)                                                                                                     \
    do {                                                                                                               \
        if (!(fine)) {                                                                                                 \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #fine);                                  \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The same with the promise in words. */
#define must_hold(fine, what)                                                                                          \
    do {                                                                                                               \
        if (!(fine)) {                                                                                                 \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, what);                                          \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
