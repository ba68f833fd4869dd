// SPDX-License-Identifier: GPL-2.0-or-later
/* meta: small values of the service itself, as text. Called by db_open and the desk. */
#include "store/engine.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int meta_get(struct db *db, const char *key, char *out, size_t size)
{
    out[0] = '\0';
    q_text(db, SQL_meta_get, 1, key);
    int rc = q_one(db, SQL_meta_get);
    if (rc < 0)
        return rc;
    rc = str_copy(out, size, q_str(db, SQL_meta_get, 0));
    q_end(db, SQL_meta_get);
    return rc;
}

int meta_set(struct db *db, const char *key, const char *value)
{
    q_text(db, SQL_meta_set, 1, key);
    q_text(db, SQL_meta_set, 2, value);
    int rc = q_run(db, SQL_meta_set);
    return rc < 0 ? rc : 0;
}

int meta_get_i64(struct db *db, const char *key, int64_t *out)
{
    char text[32], *end;
    *out = 0;
    int rc = meta_get(db, key, text, sizeof text);
    if (rc < 0)
        return rc;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno || end == text || *end) {
        log_err("database: meta %s is no number", key);
        return -EINVAL;
    }
    *out = v;
    return 0;
}

int meta_set_i64(struct db *db, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return meta_set(db, key, text);
}
