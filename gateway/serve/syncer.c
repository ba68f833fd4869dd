// SPDX-License-Identifier: GPL-2.0-or-later
/* The thread that syncs. See syncer.h. What can go wrong: the medium never answers; then the thread is
 * left behind and the caller has long gone on elsewhere. */
#include "gateway/serve/syncer.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct syncer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int fd; /* to be synced, -1 = none */
    bool busy, quit, ended, has_result;
    int rc;
    int64_t since_ms;
};

static void *run(void *arg)
{
    struct syncer *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->quit || s->fd >= 0) { /* what was asked for is done first */
        if (s->fd < 0) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        int fd = s->fd;
        pthread_mutex_unlock(&s->lock);
        int rc = fdatasync(fd) < 0 ? -errno : 0;
        close(fd);
        pthread_mutex_lock(&s->lock);
        s->fd = -1;
        s->busy = false;
        s->rc = rc;
        s->has_result = true;
        pthread_cond_broadcast(&s->changed);
    }
    s->ended = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

struct syncer *syncer_new(void)
{
    sigset_t all, before;
    pthread_condattr_t attr;
    struct syncer *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->fd = -1;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    sigfillset(&all); /* signals are the loop's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&s->thread, NULL, run, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!rc)
        return s;
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return NULL;
}

void syncer_free(struct syncer *s, int64_t wait_ms)
{
    struct timespec until;
    if (!s)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    pthread_mutex_lock(&s->lock);
    s->quit = true;
    pthread_cond_broadcast(&s->changed);
    while (!s->ended && pthread_cond_timedwait(&s->changed, &s->lock, &until) != ETIMEDOUT)
        ;
    bool ended = s->ended;
    pthread_mutex_unlock(&s->lock);
    if (!ended) { /* it hangs in the kernel, and reads s when it comes back */
        pthread_detach(s->thread);
        return;
    }
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

int syncer_ask(struct syncer *s, int fd)
{
    int rc = -EBUSY;
    pthread_mutex_lock(&s->lock);
    if (!s->busy) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        rc = copy < 0 ? -errno : 0;
        if (!rc) {
            s->fd = copy;
            s->busy = true;
            s->has_result = false;
            s->since_ms = mono_ms();
            pthread_cond_broadcast(&s->changed);
        }
    }
    pthread_mutex_unlock(&s->lock);
    return rc;
}

int64_t syncer_busy_ms(struct syncer *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t ms = s->busy ? mono_ms() - s->since_ms + 1 : 0;
    pthread_mutex_unlock(&s->lock);
    return ms;
}

int syncer_result(struct syncer *s, int *rc)
{
    pthread_mutex_lock(&s->lock);
    int got = s->has_result;
    *rc = s->rc;
    s->has_result = false;
    pthread_mutex_unlock(&s->lock);
    return got;
}
