// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every target once over its seeds (tests/fuzz/corpus/NAME) and over what was found (tests/fuzz/found/NAME),
 * without a fuzzer: `make test` runs it, so that what was mended stays mended. A target asserts by itself; what
 * breaks is named. Run from the top of the tree; arguments: names of targets, else all.
 * FUZZ_MORE: a directory of grown corpora, for the coverage.
 */
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz_list.h" /* made by the Makefile: TARGETS(X) */

#define INPUT_MAX (1u << 20)

#define DECLARE(name) int fuzz_one_##name(const uint8_t *data, size_t n);
TARGETS(DECLARE)

static const struct target {
    const char *name;
    int (*one)(const uint8_t *data, size_t n);
} targets[] = {
#define ROW(name) {#name, fuzz_one_##name},
    TARGETS(ROW)};

static char current[600]; /* the input that is run, for whoever reads the report of its end */
static uint8_t input[INPUT_MAX];

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void name_current(void)
{
    static const char say[] = "\nthe input was ";
    if (write(STDERR_FILENO, say, sizeof(say) - 1) < 0 || write(STDERR_FILENO, current, strlen(current)) < 0 ||
        write(STDERR_FILENO, "\n", 1) < 0)
        return; /* there is nobody to tell */
}

static void on_abort(int sig)
{
    name_current();
    signal(sig, SIG_DFL);
    raise(sig);
}

/* Each input in a block of its own size, so that a read past its end is seen. */
static bool run_file(const struct target *t, const char *path)
{
    snprintf(current, sizeof(current), "%s", path);
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(input, 1, sizeof(input), f) : 0;
    uint8_t *block = malloc(n ? n : 1);
    if (!f || !block) {
        fprintf(stderr, "%s can not be read\n", path);
        free(block);
        if (f)
            fclose(f);
        return false;
    }
    fclose(f);
    memcpy(block, input, n);
    t->one(block, n);
    free(block);
    return true;
}

static int run_dir(const struct target *t, const char *where)
{
    char dir[300], path[600];
    int n = 0;
    snprintf(dir, sizeof(dir), "%s/%s", where, t->name);
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        n += e->d_name[0] != '.' && run_file(t, path);
    }
    if (d)
        closedir(d);
    return n;
}

static bool wanted(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    int seeds = 0, found = 0, more = 0, ran = 0;
    const char *grown = getenv("FUZZ_MORE");
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(name_current);
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        const struct target *t = &targets[i];
        if (!wanted(argc, argv, t->name))
            continue;
        int n = run_dir(t, "tests/fuzz/corpus");
        if (!n)
            fprintf(stderr, "tests/fuzz/corpus/%s: no seeds\n", t->name);
        seeds += n;
        found += run_dir(t, "tests/fuzz/found");
        more += grown && *grown ? run_dir(t, grown) : 0;
        ran++;
    }
    printf("%d targets, %d seeds, %d found and %d grown inputs: all hold\n", ran, seeds, found, more);
    return !ran;
}
