// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The courier opens the system's certificates and what is named here, nothing else of the disk. Called by
 * post.c when it makes its child.
 */
#include "gateway/serve/post_args.h"

#include "gateway/base/str.h"

#include <string.h>

static size_t add(struct post_args *a, size_t n, const char *file)
{
    if (!file[0] || n >= POST_ARGS_FILES || str_copy(a->files[n], sizeof(a->files[n]), file))
        return n;
    a->v[2 * n] = "--read";
    a->v[2 * n + 1] = a->files[n];
    return n + 1;
}

void post_args(const struct courier_config *c, struct post_args *a)
{
    size_t n = 0;
    memset(a, 0, sizeof(*a));
    for (size_t i = 0; i < c->n_webhooks; i++)
        n = add(a, n, c->webhooks[i].ca_file);
    n = add(a, n, c->mail.ca_file);
    add(a, n, c->spare.ca_file);
}
