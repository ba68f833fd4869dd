// SPDX-License-Identifier: GPL-2.0-or-later
/* The page of memory between storage_faults.c and refuse.c. */
#ifndef TB_TESTS_REFUSE_H
#define TB_TESTS_REFUSE_H

#define REFUSE_FILE "TINBAO_REFUSE_FILE" /* the page's file */
#define REFUSE_DIR "TINBAO_REFUSE_DIR"   /* files below it */

enum refuse_fault {
    REFUSE_NOTHING,
    REFUSE_FULL,      /* writes fail with ENOSPC once `room` octets are used up */
    REFUSE_READ_ONLY, /* EROFS */
    REFUSE_SYNC,      /* fsync fails with EIO */
    REFUSE_SLOW       /* the first fsync takes `room` seconds */
};

struct refuse {
    volatile enum refuse_fault fault;
    volatile long room, refused; /* refused: so many calls until now */
};

#endif
