// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal: every message as it came, and what was drawn for it, in files that are only appended to
 * and sealed with the key file; beside the database or, better, on another medium. What is written here
 * before a commit makes a lost database cost nothing that was written: it is played again
 * (gateway/serve/replay.h). Called by gateway/serve/journaling.c, which says when, and by
 * `tinbao doctor`.
 *
 * A file a day and medium, journal-DATE-SEQUENCE.tbj, mode 0600. It holds numbers, also a tipster's,
 * sealed, until the file is deleted after journal.keep_days. Several directories may hold parts of one journal: they
 * are read as one, in the order of their sequences.
 */
#ifndef TB_STORE_JOURNAL_H
#define TB_STORE_JOURNAL_H

#include "store/db.h"
#include "store/journal_item.h"

struct journal; /* one file that is written; owned by whoever called journal_open */

/* Makes the directory (its last part, 0700) and goes on with its newest file when that is of `day`
 * ("20261112") and ends at next_seq - 1, else begins one. Errors: of the medium; -EACCES and so on. */
int journal_open(struct journal **out, const struct db *db, const char *dir, const char *day, uint64_t next_seq,
                 int64_t wall_ms, int64_t rel_ms);
void journal_close(struct journal *j);
const char *journal_day(const struct journal *j);
int journal_fd(const struct journal *j);
int64_t journal_size(const struct journal *j);

/* Records on their way to a file, in memory and in clear: cleared after the write. {0} is empty. */
struct journal_batch {
    uint8_t *p;
    size_t used, cap;
};
/* -EMSGSIZE, -ENOMEM: it is left out. */
int journal_batch_add(struct journal_batch *b, const struct journal_item *it);
void journal_batch_clear(struct journal_batch *b);
void journal_batch_free(struct journal_batch *b);
/* Seals the batch and writes it in one piece. After an error the file ends where it did. */
int journal_write(struct journal *j, const struct journal_batch *b);

/* What was found in all directories. */
#define JOURNAL_LEAP (UINT64_C(1) << 32) /* of the sequences, at a start without the medium: no gap */
struct journal_seen {
    uint64_t files, foreign, unreadable; /* foreign: of another key file */
    uint64_t records, last;              /* good ones, the last sequence */
    uint64_t spoilt, octets, torn, unordered;
    uint64_t gaps, missing;         /* places where sequences are missing, and how many */
    int64_t gap_from_ms, gap_to_ms; /* wall time before and after the last such place */
    int64_t last_wall_ms, last_rel_ms;
};

/* Each good record after the sequence `after` from all directories, in order, each once; one that is not there
 * counts for nothing. 0, or what fn returned, or -ENOMEM. */
int journal_each(const struct db *db, const char *const *dirs, size_t n, uint64_t after,
                 int (*fn)(void *ctx, const struct journal_item *it), void *ctx, struct journal_seen *seen);
/* Deletes files that end before before_rel (service time), never the newest of the directory; the count. */
int journal_prune(const struct db *db, const char *dir, int64_t before_rel);
/* Of a directory, without the key: files, octets and when one was written last (the file system's time);
 * -errno when it can not be read. */
struct journal_disk {
    uint64_t files, octets;
    int64_t written_ms;
};
int journal_look(const char *dir, struct journal_disk *out);

#endif
