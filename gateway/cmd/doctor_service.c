// SPDX-License-Identifier: GPL-2.0-or-later
/* The process: who holds the lock, does it answer, what does it say, how does systemd see it. Called by doctor.c. */
#include "gateway/cmd/doctor.h"

#include "gateway/base/err.h"
#include "gateway/serve/control.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Who has the lock? Tried and given back at once: a start at this very moment would be refused, and tries again. */
static void look_lock(struct doctor *d)
{
    char path[PATH_MAX], text[32] = "";
    snprintf(path, sizeof(path), "%s/tinbao.lock", d->state_dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
        d->pid = n > 0 ? strtol(text, NULL, 10) : -1;
    }
    close(fd);
}

/* "Z", "D", "T" of /proc/PID/stat. */
static char process_state(long pid)
{
    char path[64], buf[512], state = '?';
    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "re");
    if (f && fgets(buf, sizeof(buf), f) && strrchr(buf, ')'))
        sscanf(strrchr(buf, ')') + 1, " %c", &state);
    if (f)
        fclose(f);
    return state;
}

static void say_silent(struct doctor *d, int rc)
{
    char state = d->pid > 0 ? process_state(d->pid) : '?';
    if (!d->pid)
        doctor_say(d, FIND_BAD, "service",
                   "it does not run: systemctl start tinbao; if it ends again, 'journalctl -u tinbao -n 50'");
    else if (state == 'D')
        doctor_say(d, FIND_BAD, "service",
                   "process %ld waits for a disk or a device that does not answer: look at 'dmesg', at the disk and "
                   "the sticks",
                   d->pid);
    else if (state == 'T')
        doctor_say(d, FIND_BAD, "service", "process %ld was stopped by somebody: kill -CONT %ld", d->pid, d->pid);
    else if (rc == -EACCES || rc == -EPERM)
        doctor_say(d, FIND_LOOK, "service",
                   "process %ld runs, but you may not ask it: run the doctor as root or its user", d->pid);
    else
        doctor_say(d, FIND_BAD, "service",
                   "process %ld holds the database and gives no answer within 3 s (%s): systemctl restart tinbao",
                   d->pid, rc == -ENOENT ? "no socket: it starts, ends, or is another command" : strerror(-rc));
}

static const char *text_of(json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

/* The checks of /healthz: what serve says of itself. */
static void say_health(struct doctor *d)
{
    const char *name;
    json_t *list;
    bool any = false;
    json_object_foreach(json_object_get(json_object_get(d->status, "health"), "checks"), name, list)
    {
        json_t *c = json_array_get(list, 0);
        const char *status = text_of(c, "status");
        if (!strcmp(status, "pass"))
            continue;
        any = true;
        doctor_say(d, !strcmp(status, "fail") ? FIND_BAD : FIND_LOOK, "service", "%s: %s", name, text_of(c, "output"));
    }
    size_t i;
    json_t *t;
    json_array_foreach(json_object_get(d->status, "troubles"), i, t)
    {
        any = true;
        doctor_say(d, FIND_LOOK, "trouble", "%s, since %.16s", text_of(t, "text"), text_of(t, "since"));
    }
    long long unacked = json_integer_value(json_object_get(d->status, "unacked"));
    if (unacked)
        doctor_say(d, FIND_LOOK, "incidents", "%lld open that nobody took: tinbao code '*2#'", unacked);
    if (!any)
        doctor_say(d, FIND_OK, "service", "it runs (process %ld), answers, and has nothing to complain of", d->pid);
}

static void look_socket(struct doctor *d)
{
    char *out = malloc(CONTROL_ANSWER_MAX);
    if (!out)
        return;
    int rc = ctlsock_ask_within(d->state_dir, "status", DOCTOR_ASK_MS, out, CONTROL_ANSWER_MAX);
    d->status = rc ? NULL : json_loads(out, 0, NULL);
    free(out);
    if (d->status)
        say_health(d);
    else
        say_silent(d, rc ? rc : -EPROTO);
}

/* systemd's own files, without a word with it: is the unit there, and did a start fail? */
static void look_unit(struct doctor *d)
{
    static const char *const places[] = {"/etc/systemd/system/tinbao.service", "/usr/lib/systemd/system/tinbao.service",
                                         "/usr/local/lib/systemd/system/tinbao.service",
                                         "/lib/systemd/system/tinbao.service"};
    bool there = false;
    if (access("/run/systemd/system", F_OK) < 0)
        return; /* another init */
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        there |= access(places[i], F_OK) == 0;
    if (!there)
        doctor_say(d, FIND_LOOK, "unit", "systemd has no unit tinbao.service: nothing starts it after a power cut");
    else if (access("/etc/systemd/system/multi-user.target.wants/tinbao.service", F_OK) < 0)
        doctor_say(d, FIND_LOOK, "unit", "it is not started at boot: systemctl enable tinbao");
    else
        doctor_say(d, FIND_OK, "unit", "started at boot");
}

void doctor_service(struct doctor *d)
{
    look_lock(d);
    look_socket(d);
    look_unit(d);
}
