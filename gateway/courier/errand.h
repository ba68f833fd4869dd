// SPDX-License-Identifier: GPL-2.0-or-later
/* One job under way; private to gateway/courier. */
#ifndef TB_COURIER_ERRAND_H
#define TB_COURIER_ERRAND_H

#include "gateway/courier/courier.h"
#include "gateway/courier/curl_api.h"

#include <stdbool.h>

#define ANSWER_KEPT 4096 /* octets of an answer that are looked at */
#define ANSWER_MAX 65536 /* an answer that is longer is cut off */

struct errand {
    const struct curl_api *curl;
    struct courier_msg job; /* wiped with the errand */
    CURL *easy;
    struct curl_slist *list; /* headers, or the mail's recipient */
    char *text;              /* the mail as it goes out */
    size_t text_len, text_at;
    char answer[ANSWER_KEPT + 1];
    size_t answer_len, answer_all;
    char error[CURL_ERROR_SIZE];
};

/* Sets up what both kinds share: no signals, no redirects, certificates checked, time-outs, a
 * bounded answer. 0 or -ENOMEM. */
int errand_options(struct errand *e, const char *url, const char *protocols, const char *ca_file, uint32_t timeout_ms);
/* http.c, mail.c: sets up a transfer; 0, -ENOMEM, or -EINVAL. */
int http_options(struct errand *e);
int mail_options(struct errand *e);
/* What the end of a transfer means. */
void http_judge(const struct errand *e, CURLcode rc, long status, struct courier_result *r);
void mail_judge(const struct errand *e, CURLcode rc, long status, struct courier_result *r);

#endif
