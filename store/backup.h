// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Backups: one file each, DIR/tinbao_000042_2026-11-12_0330.db, made beside the running service, checked
 * before it gets that name, and rotated. Called by the core's child (gateway/serve/vault.c) and by
 * `tinbao backup`.
 *
 * What is in one: the whole database but for the numbers of tipsters: their sealed numbers and keyed
 * hashes never reach the directory of the backups. The key file is in none. What the live database erases later
 * (a stranger's number, a user who left, what retention deletes) leaves the older backups with the
 * next one that is made: see backup_scrub.
 */
#ifndef TB_STORE_BACKUP_H
#define TB_STORE_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BACKUP_NAME_SIZE 48
#define BACKUP_WHY_SIZE 240
#define BACKUPS_MAX 400

struct backup_place {
    const char *state_dir, *dir;
    bool own_dir; /* dir is made when it is not there; another's absence is a medium that is gone */
    int keep_days, keep_weeks;
    int aside_days; /* what recovery and restore set aside is kept for */
};

struct backup_counts {
    int64_t messages, incidents, audits;
};

struct backup_made {
    char name[BACKUP_NAME_SIZE];
    int64_t of_ms, bytes;
    struct backup_counts counts;
    int removed, scrubbed;
    char why[BACKUP_WHY_SIZE]; /* of a failure, in plain words */
};

/* A backup has two halves. The first copies the open database page by page within the state directory; whoever
 * has it open goes on with copy_step and copy_free (store/copy.h). The second, backup_make, makes a backup
 * of that copy with all that belongs to it, and may take its time in another process: now_ms is when the copy
 * was whole. 0, or -errno and out->why. */
struct db;
struct copy;
int backup_begin(const struct backup_place *p, struct db *db, struct copy **copy, struct backup_made *out);
int backup_make(const struct backup_place *p, int64_t now_ms, struct backup_made *out);
/* Both halves at once. */
int backup_all(const struct backup_place *p, struct db *db, int64_t now_ms, struct backup_made *out);
/* The weekly test: the newest one is opened elsewhere, brought up to date, checked, its rows counted. */
int backup_test(const struct backup_place *p, struct backup_made *out);

struct backup_entry {
    char name[BACKUP_NAME_SIZE];
    int64_t number;
    int64_t day_ms; /* the start of its day, by its name */
};
/* Newest first: how many (at most BACKUPS_MAX), or -errno when dir can not be read. */
int backup_list(const char *dir, struct backup_entry *out, size_t max);
/* Which of them (newest first) stay: the last of each of the last keep_days days that have one, and of
 * each of the last keep_weeks weeks. By days that have one, so that a clock that jumps removes none. */
void backup_choose(const struct backup_entry *list, size_t n, int keep_days, int keep_weeks, bool *keep);
/* The path of one of them. */
int backup_path(char *out, size_t size, const char *dir, const char *name);
/* The moment that a backup, or a database that was put back, is of: 0 not known. */
int64_t backup_of_ms(struct db *db);
int backup_count(struct db *db, struct backup_counts *out);

/* scrub.c: takes out of the backup `path` what `newest` (a later backup of the same database) does not
 * have any more. 1: it was rewritten, 0: nothing to do, -EXDEV: it is of another line (before a restore),
 * or -errno. */
int backup_scrub(const char *state_dir, const char *path, const char *newest);
/* The numbers of tipsters, out of a copy that is open for writing; *of_ms moves back when parts go that wait
 * for others. */
int backup_drop_tips(struct db *db, int64_t now_ms, int64_t *of_ms);

#endif
