// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The allocator's symbols, in the program itself and so before libc's for every library: each call is asked of
 * scarce.h first. Under ASan the calls go on to its allocator, so that what is done with a NULL is seen.
 */
#ifndef TB_TESTS_MALLOC_CALLS_H
#define TB_TESTS_MALLOC_CALLS_H

#include "tests/faults/scarce.h"

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
__attribute__((weak)) void *__interceptor_malloc(size_t n);
__attribute__((weak)) void *__interceptor_calloc(size_t n, size_t size);
__attribute__((weak)) void *__interceptor_realloc(void *p, size_t n);

DISK_CALL(void *, call_malloc, "malloc", size_t n)
{
    if (scarce_no_memory())
        return (void *)(intptr_t)(disk_no(ENOMEM) + 1);
    return __interceptor_malloc ? __interceptor_malloc(n) : __libc_malloc(n);
}

DISK_CALL(void *, call_calloc, "calloc", size_t n, size_t size)
{
    if (scarce_no_memory())
        return (void *)(intptr_t)(disk_no(ENOMEM) + 1);
    return __interceptor_calloc ? __interceptor_calloc(n, size) : __libc_calloc(n, size);
}

DISK_CALL(void *, call_realloc, "realloc", void *p, size_t n)
{
    if (scarce_no_memory())
        return (void *)(intptr_t)(disk_no(ENOMEM) + 1);
    return __interceptor_realloc ? __interceptor_realloc(p, n) : __libc_realloc(p, n);
}

#endif
