// SPDX-License-Identifier: GPL-2.0-or-later
/* The words that a provider of SMS wants, from the templates of the config. */
#ifndef TB_SERVE_SPARE_FORM_H
#define TB_SERVE_SPARE_FORM_H

#include "config/config.h"
#include "gateway/courier/courier.h"

/* Fills url, body, headers, method, content type and expectation of a job. number: E.164. id: the
 * event's. 0, -EMSGSIZE, -EINVAL (no number of the country for number = "local"), -ENOMEM. */
int spare_form(const struct spare_config *s, const char *number, const char *text, const char *id,
               struct courier_http *out);

#endif
