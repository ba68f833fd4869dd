// SPDX-License-Identifier: GPL-2.0-or-later
/* A database that was put back, see recover.h. */
#include "store/recover.h"

#include "gateway/base/err.h"
#include "store/engine.h"

int recover_pending(struct db *db, int64_t *from_ms)
{
    int rc = meta_get_i64(db, META_RESTORED_FROM, from_ms);
    return rc < 0 ? rc : *from_ms < 0 ? -ENOENT : 0;
}

int recover_replayed(struct db *db)
{
    return meta_set_i64(db, META_RESTORED_FROM, -1);
}
