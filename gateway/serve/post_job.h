// SPDX-License-Identifier: GPL-2.0-or-later
/* A row of the delivery table as a job for the courier. */
#ifndef TB_SERVE_POST_JOB_H
#define TB_SERVE_POST_JOB_H

#include "gateway/courier/courier.h"
#include "gateway/serve/works.h"
#include "store/delivery.h"

/* Inside a transaction. 0; -EINVAL: it can never go, why says it; -ENOENT: it need not go any more; or
 * the store's error. */
int post_job(struct works *w, const struct delivery *d, struct now now, struct courier_msg *out, char *why,
             size_t size);

#endif
