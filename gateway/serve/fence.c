// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fence around the core. Called by core.c between start and run, when the database, the sockets and the
 * event loop are there. What can go wrong: settings that are replaced later (SIGHUP) may name a file in a
 * directory that was not named at the start; it can not be read then, which is said as "Permission denied",
 * and a restart of the service takes it in (tinbao(1), CONFINEMENT).
 */
#include "gateway/serve/fence.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/confine/confine.h"

#include <stdlib.h>
#include <string.h>

void fence_temp(const char *state_dir)
{
    (void)setenv("SQLITE_TMPDIR", state_dir, 1);
}

/* An editor replaces a file, so its directory counts. */
static void allow_beside(struct confine *c, const char *path)
{
    char dir[256];
    if (!path || !path[0] || str_copy(dir, sizeof(dir), path))
        return;
    char *slash = strrchr(dir, '/');
    if (!slash)
        str_copy(dir, sizeof(dir), ".");
    else
        slash[slash == dir] = '\0';
    (void)confine_allow(c, CONFINE_READ, dir);
}

static void allow_settings(struct confine *c, const struct config *cfg)
{
    const char *const files[] = {cfg->path,          cfg->places_path, cfg->kinds_path,      cfg->forms_path,
                                 cfg->messages_path, cfg->roster_path, cfg->http.secret_file};
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        allow_beside(c, files[i]);
    const struct courier_config *co = &cfg->courier;
    for (size_t i = 0; i < co->n_webhooks; i++)
        allow_beside(c, co->webhooks[i].secret_file);
    allow_beside(c, co->mail.password_file);
    allow_beside(c, co->spare.secret_file);
}

/* The journal's medium, also when it is mounted later: the place where it is mounted, and the directory that
 * holds this place. */
static void allow_journal(struct confine *c, const char *journal)
{
    char dir[256];
    if (!journal[0] || str_copy(dir, sizeof(dir), journal))
        return;
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(dir, '/');
        if (!slash || slash == dir)
            return;
        *slash = '\0';
        (void)confine_allow(c, CONFINE_WRITE, dir);
    }
}

/* What the courier reads for the core, which gives it to no child if it has not it itself. */
static void allow_certificates(struct confine *c, const struct courier_config *co)
{
    for (size_t i = 0; i < co->n_webhooks; i++)
        allow_beside(c, co->webhooks[i].ca_file);
    allow_beside(c, co->mail.ca_file);
    allow_beside(c, co->spare.ca_file);
}

void fence_core(const struct config *cfg, const char *state_dir, bool spawns)
{
    struct confine c;
    const char *credentials = getenv("CREDENTIALS_DIRECTORY"), *off = confine_off();
    if (off)
        log_line(getenv(CONFINE_OFF_ENV) ? LOG_WARN_ : LOG_DEBUG_, "runs unconfined: %s", off);
    confine_begin(&c, spawns ? CONFINE_CORE_SPAWNER : CONFINE_CORE);
    (void)confine_allow(&c, CONFINE_WRITE, state_dir);
    allow_journal(&c, cfg->journal.dir);
    allow_settings(&c, cfg);
    if (cfg->backup.dir[0]) /* vault */
        (void)confine_allow(&c, CONFINE_WRITE, cfg->backup.dir);
    if (credentials)
        (void)confine_allow(&c, CONFINE_READ, credentials);
    if (cfg->courier.bell[0])
        (void)confine_allow(&c, CONFINE_DEVICE, cfg->courier.bell);
    if (spawns) {
        allow_certificates(&c, &cfg->courier);
        for (size_t i = 0; i < cfg->n_lines; i++)
            (void)confine_allow(&c, CONFINE_DEVICE, cfg->lines[i].device);
    }
    confine_close(&c);
}
