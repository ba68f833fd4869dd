// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vault: backups by night and by hand, the weekly test of a restore, the audit's heads, the reserve of the
 * disk, and what to do when the database says that it is damaged. Made by core.c. The desk's part (when,
 * and who is told) is gateway/desk/vault.h.
 */
#ifndef TB_SERVE_VAULT_H
#define TB_SERVE_VAULT_H

#include "gateway/serve/works.h"
#include "store/backup.h"

struct vault; /* owned by core.c */

struct vault_events {
    void *ctx;
    void (*turn)(void *ctx);    /* rows were written */
    void (*damaged)(void *ctx); /* the database is damaged: the core must end, and the next start recovers */
};

struct vault *vault_new(struct works *w, const char *state_dir, const struct vault_events *ev);
void vault_free(struct vault *v);
/* A job "backup" or "restore_test" is due. */
void vault_job(struct vault *v, const char *kind);
/* The console: "start", "test", "state". */
int vault_ask(struct vault *v, const char *what, char *out, size_t size);

/* Where backups are by these settings; dir is a buffer that p refers to. 0 or -EMSGSIZE. */
int vault_place(const struct config *cfg, const char *state_dir, struct backup_place *p, char *dir, size_t size);

/* The reserve (reserve.c): a file of so many octets that only takes space. 0 or -errno. */
#define RESERVE_FILE "tinbao.reserve"
int reserve_make(const char *state_dir, int64_t bytes);
/* Gives it free: 0, or -ENOENT when there is none. */
int reserve_free(const char *state_dir);

#endif
