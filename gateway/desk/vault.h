// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The desk's part of backups, recovery and the disk: when they fall due, what became of them, whom it
 * concerns. The copying itself is serve's (gateway/serve/vault.c). Everything here runs in the caller's
 * transaction. The troubles are "database" and "audit" (until somebody has seen them), "disk", "disk_low",
 * "backup" and "restore_test" (until they are mended).
 */
#ifndef TB_DESK_VAULT_H
#define TB_DESK_VAULT_H

#include "gateway/desk/desk.h"

#include <stdbool.h>

/* At start and when the calendar moved: the jobs "backup" (each night) and "restore_test" (each week). */
int vault_plan(struct desk *d);
/* At start: an alarm for what recovery did and nobody was told of. */
int vault_start(struct desk *d);
/* A job that came to the desk after all: planned anew. */
int vault_due(struct desk *d, const char *key);

#define VAULT_NAME_SIZE 48

struct vault_outcome {
    bool test;                  /* of the restore test; else of a backup */
    int rc;                     /* 0, or -errno */
    char name[VAULT_NAME_SIZE]; /* of the backup */
    int64_t bytes;
};
/* An errand has ended: kept for status, a trouble raised or ended, the next one planned. */
int vault_settled(struct desk *d, const struct vault_outcome *o);
/* Nobody needed it now (backups are off): the next one is planned. */
int vault_passed(struct desk *d, bool test);
/* The audit's head of the day, to whoever gets the event audit.head. */
int vault_head(struct desk *d, const char *line);

enum vault_disk { VAULT_DISK_FINE, VAULT_DISK_LOW, VAULT_DISK_FULL };
int vault_disk(struct desk *d, enum vault_disk how, int64_t free_mb);
/* The audit is broken and there is no backup to go back to. */
int vault_audit_broken(struct desk *d);
/* "I have seen it": ends "database" and "audit". How many stood. */
int vault_seen(struct desk *d);

struct vault_state {
    int64_t backup_ms, bytes; /* 0: never */
    char name[VAULT_NAME_SIZE];
    int64_t test_ms; /* the last that was good */
    bool backup_fails, test_fails;
};
int vault_state(struct desk *d, struct vault_state *out);

/* trouble.c: is it one of the above, and to whom it goes by SMS. */
bool vault_trouble(const char *what);
int vault_tell(struct desk *d, const char *what, const char *words);

#endif
