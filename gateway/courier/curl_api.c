// SPDX-License-Identifier: GPL-2.0-or-later
/* libcurl, loaded at run time. See curl_api.h. */
#include "gateway/courier/curl_api.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
    {"curl_global_init", offsetof(struct curl_api, global_init)},
    {"curl_global_cleanup", offsetof(struct curl_api, global_cleanup)},
    {"curl_easy_init", offsetof(struct curl_api, easy_init)},
    {"curl_easy_setopt", offsetof(struct curl_api, easy_setopt)},
    {"curl_easy_getinfo", offsetof(struct curl_api, easy_getinfo)},
    {"curl_easy_strerror", offsetof(struct curl_api, easy_strerror)},
    {"curl_easy_cleanup", offsetof(struct curl_api, easy_cleanup)},
    {"curl_multi_init", offsetof(struct curl_api, multi_init)},
    {"curl_multi_add_handle", offsetof(struct curl_api, multi_add_handle)},
    {"curl_multi_remove_handle", offsetof(struct curl_api, multi_remove_handle)},
    {"curl_multi_perform", offsetof(struct curl_api, multi_perform)},
    {"curl_multi_poll", offsetof(struct curl_api, multi_poll)},
    {"curl_multi_info_read", offsetof(struct curl_api, multi_info_read)},
    {"curl_multi_cleanup", offsetof(struct curl_api, multi_cleanup)},
    {"curl_slist_append", offsetof(struct curl_api, slist_append)},
    {"curl_slist_free_all", offsetof(struct curl_api, slist_free_all)},
};

int curl_api_open(struct curl_api *a)
{
    memset(a, 0, sizeof(*a));
    a->library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!a->library) {
        log_err("libcurl can not be loaded (%s): apt-get install libcurl4", dlerror());
        return -ENOENT;
    }
    for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
        void *f = dlsym(a->library, functions[i].name);
        if (!f) {
            log_err("libcurl has no %s: apt-get install libcurl4", functions[i].name);
            return -ENOENT;
        }
        memcpy((char *)a + functions[i].offset, &f, sizeof(f)); /* POSIX: an object pointer that holds a function's */
    }
    return 0;
}

void curl_api_close(struct curl_api *a)
{
    if (a->library)
        dlclose(a->library);
    a->library = NULL;
}
