// SPDX-License-Identifier: GPL-2.0-or-later
/* The doctor on boxes that are broken in one way each: it names it, says what to do, and changes nothing. */
#include "tests/unit/store_dir.h"

#include "gateway/base/log.h"
/* the commands are in no library */
#include "gateway/cmd/doctor_box.c"
#include "gateway/cmd/doctor_files.c"
#include "gateway/cmd/doctor_say.c"
#include "gateway/cmd/doctor_service.c"

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static const struct finding *found(const struct doctor *d, enum finding_level level, const char *what, const char *part)
{
    for (int i = 0; i < d->n; i++)
        if (d->found[i].level == level && !strcmp(d->found[i].what, what) && strstr(d->found[i].text, part))
            return &d->found[i];
    return NULL;
}

static void says(const struct doctor *d, enum finding_level level, const char *what, const char *part)
{
    if (found(d, level, what, part))
        return;
    for (int i = 0; i < d->n; i++)
        fprintf(stderr, "%d %s: %s\n", d->found[i].level, d->found[i].what, d->found[i].text);
    fail_msg("no finding %d of %s with '%s'", level, what, part);
}

static struct doctor *look(struct store *s)
{
    struct doctor *d = calloc(1, sizeof(*d));
    assert_non_null(d);
    db_close(s->db);
    s->db = NULL;
    snprintf(d->state_dir, sizeof(d->state_dir), "%s", s->dir);
    doctor_files(d);
    doctor_service(d);
    doctor_box(d);
    return d;
}

static void done(struct doctor *d)
{
    json_decref(d->status);
    free(d);
}

static void a_sound_database_is_ok_and_nobody_serves(void **state)
{
    struct doctor *d = look(*state);
    says(d, FIND_OK, "database", "every page sound");
    says(d, FIND_OK, "key", "there");
    says(d, FIND_BAD, "service", "does not run");
    says(d, FIND_LOOK, "journal", "none in");
    says(d, FIND_LOOK, "backup", "");
    done(d);
}

static void an_open_key_is_bad(void **state)
{
    struct store *s = *state;
    char path[400];
    store_path(s, "tinbao.key", path, sizeof(path));
    assert_int_equal(chmod(path, 0644), 0);
    struct doctor *d = look(s);
    says(d, FIND_BAD, "key", "chmod 600");
    done(d);
}

static void a_damaged_database_is_bad_and_stays_as_it_is(void **state)
{
    struct store *s = *state;
    char path[400], *before, *after;
    size_t n, m;
    store_path(s, "tinbao.db", path, sizeof(path));
    db_close(s->db);
    s->db = NULL;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    char noise[4096];
    memset(noise, 0xA5, sizeof(noise));
    assert_int_equal(pwrite(fd, noise, sizeof(noise), 2048 * 3), (ssize_t)sizeof(noise));
    close(fd);
    before = store_slurp(path, &n);
    struct doctor *d = look(s);
    says(d, FIND_BAD, "database", "tinbao restore");
    after = store_slurp(path, &m);
    assert_int_equal(n, m);
    assert_memory_equal(before, after, n);
    free(before);
    free(after);
    done(d);
}

static void a_directory_that_is_gone_is_bad(void **state)
{
    struct doctor *d = calloc(1, sizeof(*d));
    (void)state;
    snprintf(d->state_dir, sizeof(d->state_dir), "/nonexistent/tinbao");
    doctor_files(d);
    doctor_service(d);
    says(d, FIND_BAD, "files", "state_dir right");
    says(d, FIND_BAD, "service", "does not run");
    done(d);
}

static void a_directory_that_others_enter_is_looked_at(void **state)
{
    struct store *s = *state;
    assert_int_equal(chmod(s->dir, 0755), 0);
    struct doctor *d = look(s);
    says(d, FIND_LOOK, "files", "chmod 700");
    done(d);
}

/* A process that has the lock and a socket, and never answers; then one that somebody has stopped. */
static void a_core_that_hangs_is_named_within_seconds(void **state)
{
    struct store *s = *state;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char lock[400], text[32];
    snprintf(a.sun_path, sizeof(a.sun_path), "%s/tinbao.sock", s->dir);
    store_path(s, "tinbao.lock", lock, sizeof(lock));
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    db_close(s->db);
    s->db = NULL;
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(lock, O_RDWR | O_CREAT, 0600), sock = socket(AF_UNIX, SOCK_STREAM, 0);
        int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
        bool good = flock(fd, LOCK_EX) == 0 && ftruncate(fd, 0) == 0 && write(fd, text, (size_t)n) == n &&
                    bind(sock, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(sock, 4) == 0;
        if (write(ready[1], good ? "y" : "n", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char c = 'n';
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(c, 'y');
    struct doctor *d = look(s);
    snprintf(text, sizeof(text), "process %d", (int)pid);
    assert_int_equal(d->pid, pid);
    says(d, FIND_BAD, "service", text);
    says(d, FIND_BAD, "service", "within 3 s");
    done(d);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ready[0]);
    close(ready[1]);
}

static void what_serve_says_of_itself_is_told(void **state)
{
    struct doctor *d = calloc(1, sizeof(*d));
    (void)state;
    d->status = json_loads(
        "{\"lines\":[{\"name\":\"gsm1\",\"state\":\"down\"},{\"name\":\"gsm2\",\"state\":\"up\",\"sim\":\"needs "
        "PUK\",\"registration\":\"none\"},{\"name\":\"gsm3\",\"state\":\"up\",\"sim\":\"ready\","
        "\"registration\":\"home\",\"signal_dbm\":-71}]}",
        0, NULL);
    assert_non_null(d->status);
    doctor_box(d);
    says(d, FIND_BAD, "modem", "gsm1 does not answer");
    says(d, FIND_BAD, "modem", "gsm2: SIM needs PUK");
    says(d, FIND_OK, "modem", "gsm3: up");
    done(d);
}

static void a_modem_that_is_not_there_is_named(void **state)
{
    struct config cfg = {.n_lines = 1};
    struct doctor *d = calloc(1, sizeof(*d));
    (void)state;
    snprintf(cfg.lines[0].name, sizeof(cfg.lines[0].name), "gsm1");
    snprintf(cfg.lines[0].device, sizeof(cfg.lines[0].device), "/dev/serial/by-id/usb-none");
    d->cfg = &cfg;
    doctor_box(d);
    says(d, FIND_BAD, "modem", "is it plugged in");
    done(d);
}

static void no_number_is_in_its_words(void **state)
{
    struct doctor *d = calloc(1, sizeof(*d));
    (void)state;
    doctor_say(d, FIND_BAD, "x", "the number +84912000077 and 0912 000 077");
    assert_null(strstr(d->found[0].text, "912000"));
    assert_null(strstr(d->found[0].text, "0912 000"));
    for (int i = 0; i < 2 * DOCTOR_MAX; i++) /* and no more than it has room for */
        doctor_say(d, FIND_OK, "x", "%d", i);
    assert_int_equal(d->n, DOCTOR_MAX);
    done(d);
}

static int silent(void **state)
{
    log_setup("test", LOG_ERR_ - 1, false);
    return store_setup(state);
}

#define doctor_test(name) cmocka_unit_test_setup_teardown(name, silent, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        doctor_test(a_sound_database_is_ok_and_nobody_serves),
        doctor_test(an_open_key_is_bad),
        doctor_test(a_damaged_database_is_bad_and_stays_as_it_is),
        doctor_test(a_directory_that_is_gone_is_bad),
        doctor_test(a_directory_that_others_enter_is_looked_at),
        doctor_test(a_core_that_hangs_is_named_within_seconds),
        doctor_test(what_serve_says_of_itself_is_told),
        doctor_test(a_modem_that_is_not_there_is_named),
        doctor_test(no_number_is_in_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
