// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The closed set of results. Every function returns 0 (or a count) or one of these
 * negative errno values; library codes are translated in the one file that includes
 * the library. Called by everybody.
 *
 *   -EINVAL    the caller's argument or the input is malformed
 *   -ENOENT    not there (never logged by the lowest level)
 *   -EEXIST    already there: the same part, the same key
 *   -EMSGSIZE  does not fit its bound; nothing was cut in silence
 *   -ENOMEM -ENOSPC -EIO -EBUSY -EAGAIN -ETIMEDOUT -EPROTO -EPERM -EPIPE as usual
 */
#ifndef TB_BASE_ERR_H
#define TB_BASE_ERR_H

#include <errno.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
