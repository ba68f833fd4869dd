// SPDX-License-Identifier: GPL-2.0-or-later
/* The box itself: modems and who holds them, the clock, the memory. Called by doctor.c. */
#include "gateway/cmd/doctor.h"

#include "gateway/base/err.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define CLOCK_LEAST_S 1767200400 /* 2026-01-01 in Vietnam */
#define MEMORY_LOOK_KB 50000

static bool comm_of(int pid, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    FILE *f = fopen(path, "re");
    bool good = f && fgets(out, (int)size, f);
    if (f)
        fclose(f);
    out[good ? strcspn(out, "\n") : 0] = '\0';
    return good;
}

static bool holds(int pid, const char *device)
{
    char dir[64], link[400], to[PATH_MAX];
    bool found = false;
    snprintf(dir, sizeof(dir), "/proc/%d/fd", pid);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        snprintf(link, sizeof(link), "%s/%s", dir, e->d_name);
        ssize_t n = readlink(link, to, sizeof(to) - 1);
        to[n > 0 ? n : 0] = '\0';
        found = !strcmp(to, device);
    }
    if (d)
        closedir(d);
    return found;
}

/* Other programs that have it open, or that take modems whenever one comes. */
static void look_holders(struct doctor *d, const char *name, const char *device)
{
    char comm[64];
    DIR *proc = opendir("/proc");
    for (struct dirent *e; proc && (e = readdir(proc));) {
        int pid = atoi(e->d_name);
        if (pid <= 0 || !comm_of(pid, comm, sizeof(comm)) || !strcmp(comm, "tinbao") || !holds(pid, device))
            continue;
        doctor_say(d, FIND_BAD, "modem", "%s: %s is held by another program, '%s' (process %d): stop it", name, device,
                   comm, pid);
    }
    if (proc)
        closedir(proc);
}

static void look_manager(struct doctor *d)
{
    char comm[64];
    DIR *proc = opendir("/proc");
    for (struct dirent *e; proc && (e = readdir(proc));)
        if (atoi(e->d_name) > 0 && comm_of(atoi(e->d_name), comm, sizeof(comm)) && !strcmp(comm, "ModemManager"))
            doctor_say(d, FIND_LOOK, "modem",
                       "ModemManager runs: it talks to modems too. systemctl disable --now ModemManager, unless the "
                       "udev rule keeps it off");
    if (proc)
        closedir(proc);
}

static void look_device(struct doctor *d, const struct line_config *l)
{
    char real[PATH_MAX];
    struct stat st;
    if (!strcmp(l->device, "virtual"))
        return;
    if (!realpath(l->device, real)) {
        doctor_say(d, FIND_BAD, "modem", "%s: %s is not there: is it plugged in? 'ls /dev/serial/by-id/' shows what is",
                   l->name, l->device);
        return;
    }
    if (stat(real, &st) == 0 && !strncmp(real, "/dev/tty", 8) && (st.st_mode & 060) != 060)
        doctor_say(d, FIND_LOOK, "modem", "%s: its group may not use %s (mode %o): is the udev rule installed?",
                   l->name, real, (unsigned)(st.st_mode & 0777));
    look_holders(d, l->name, real);
}

static const char *word(json_t *l, const char *key)
{
    const char *s = json_string_value(json_object_get(l, key));
    return s ? s : "";
}

/* As the service saw it last. */
static void say_line(struct doctor *d, json_t *l)
{
    const char *name = word(l, "name"), *sim = word(l, "sim"), *reg = word(l, "registration");
    long long dbm = json_integer_value(json_object_get(l, "signal_dbm"));
    if (strcmp(word(l, "state"), "up") != 0)
        doctor_say(d, FIND_BAD, "modem", "%s does not answer: unplug it and plug it in again; does its lamp blink?",
                   name);
    else if (strcmp(sim, "ready") != 0 && strcmp(sim, "unknown") != 0)
        doctor_say(d, FIND_BAD, "modem", "%s: SIM %s: see the handbook, 'SIM'", name, sim);
    else if (strcmp(reg, "home") != 0 && strcmp(reg, "roaming") != 0 && strcmp(reg, "unknown") != 0)
        doctor_say(d, FIND_BAD, "modem", "%s: network %s: aerial, place, or a SIM that was blocked", name, reg);
    else if (dbm && dbm < -105)
        doctor_say(d, FIND_LOOK, "modem", "%s: weak signal, %lld dBm: move the aerial to a window", name, dbm);
    else
        doctor_say(d, FIND_OK, "modem", "%s: up, SIM %s, network %s, %lld dBm", name, sim, reg, dbm);
    json_t *dong = json_object_get(l, "balance_dong");
    if (d->cfg && json_is_integer(dong) && d->cfg->balance_low && json_integer_value(dong) < d->cfg->balance_low)
        doctor_say(d, FIND_LOOK, "balance", "%s: %lld dong left: top it up", name, (long long)json_integer_value(dong));
}

static void look_modems(struct doctor *d)
{
    size_t i;
    json_t *l;
    for (size_t k = 0; d->cfg && k < d->cfg->n_lines; k++)
        look_device(d, &d->cfg->lines[k]);
    if (d->cfg && !d->cfg->n_lines)
        doctor_say(d, FIND_BAD, "modem", "the settings have no lines: nothing can be sent");
    look_manager(d);
    json_array_foreach(json_object_get(d->status, "lines"), i, l) say_line(d, l);
}

static void look_clock(struct doctor *d)
{
    struct timex t = {.modes = 0};
    if (time(NULL) < CLOCK_LEAST_S)
        doctor_say(d, FIND_BAD, "clock",
                   "it shows a time before this program was made: is the battery dead? Set it: date -s '...'");
    else if (adjtimex(&t) == TIME_ERROR || (t.status & STA_UNSYNC))
        doctor_say(d, FIND_LOOK, "clock", "nobody keeps it (no NTP): compare it with a telephone now and then");
    else
        doctor_say(d, FIND_OK, "clock", "kept by NTP");
}

static void look_memory(struct doctor *d)
{
    char line[120];
    long available_kb = -1;
    FILE *f = fopen("/proc/meminfo", "re");
    while (f && fgets(line, sizeof(line), f))
        sscanf(line, "MemAvailable: %ld", &available_kb);
    if (f)
        fclose(f);
    if (available_kb >= 0 && available_kb < MEMORY_LOOK_KB)
        doctor_say(d, FIND_LOOK, "memory", "only %ld MB left: see what uses it with 'top'", available_kb / 1000);
    else if (available_kb >= 0)
        doctor_say(d, FIND_OK, "memory", "%ld MB left", available_kb / 1000);
}

/* What the kernel counted of a card: eMMC and SD tell how worn they are, ext4 how often it met an error. */
static void look_wear(struct doctor *d)
{
    char path[600], value[64];
    DIR *dir = opendir("/sys/fs/ext4");
    for (struct dirent *e; dir && (e = readdir(dir));) {
        long errors = 0;
        snprintf(path, sizeof(path), "/sys/fs/ext4/%s/errors_count", e->d_name);
        FILE *f = e->d_name[0] == '.' ? NULL : fopen(path, "re");
        if (f && fgets(value, sizeof(value), f) && (errors = strtol(value, NULL, 10)) > 0)
            doctor_say(d, FIND_BAD, "disk",
                       "the file system on %s has met %ld errors: copy the backups away, replace it", e->d_name,
                       errors);
        if (f)
            fclose(f);
    }
    if (dir)
        closedir(dir);
    FILE *f = fopen("/sys/block/mmcblk0/device/life_time", "re");
    unsigned a = 0, b = 0;
    if (f && fscanf(f, "%x %x", &a, &b) == 2 && (a >= 9 || b >= 9))
        doctor_say(d, FIND_LOOK, "disk", "the card mmcblk0 has used up %u0 %% of its life or more: replace it soon",
                   (a > b ? a : b) - 1);
    if (f)
        fclose(f);
}

void doctor_box(struct doctor *d)
{
    look_modems(d);
    look_clock(d);
    look_memory(d);
    look_wear(d);
}
