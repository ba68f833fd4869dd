// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcurl, loaded when the courier starts and by nobody else: linked, it would stand with its TLS, LDAP and
 * Kerberos libraries in the core and in every line too, 6 MB each that they never use. Private to
 * gateway/courier.
 */
#ifndef TB_COURIER_CURL_API_H
#define TB_COURIER_CURL_API_H

#define CURL_DISABLE_TYPECHECK /* its macros are for calls by name */
#include <curl/curl.h>

/* The functions used, of libcurl's own types. */
struct curl_api {
    void *library;
    __typeof__(curl_global_init) *global_init;
    __typeof__(curl_global_cleanup) *global_cleanup;
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_multi_init) *multi_init;
    __typeof__(curl_multi_add_handle) *multi_add_handle;
    __typeof__(curl_multi_remove_handle) *multi_remove_handle;
    __typeof__(curl_multi_perform) *multi_perform;
    __typeof__(curl_multi_poll) *multi_poll;
    __typeof__(curl_multi_info_read) *multi_info_read;
    __typeof__(curl_multi_cleanup) *multi_cleanup;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
};

/* 0, or -ENOENT when libcurl.so.4 or a function of it is not there (said why). curl_api_close also after that. */
int curl_api_open(struct curl_api *a);
void curl_api_close(struct curl_api *a);

#endif
