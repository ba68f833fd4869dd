// SPDX-License-Identifier: GPL-2.0-or-later
/* What each role may not do, tried by a process that has given it up: every probe runs in a child of its own
 * and says by its exit status what became of it. */
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/confine/confine.h"

#include "tests/unit/scratch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#define BY_SIGNAL 1000
#define HELPER "helper"

static const enum confine_role all_roles[] = {CONFINE_CORE, CONFINE_CORE_SPAWNER, CONFINE_LINE, CONFINE_COURIER,
                                              CONFINE_FRONT};

/* What a probe has to work with. */
struct around {
    char inside[300], outside[300]; /* a file each: one below what was allowed, one beside it */
    char device[64];
};

/* 0 it worked, else the errno; runs in the confined child. */
typedef int (*probe_fn)(const struct around *p);

static int errno_of(long rc)
{
    return rc < 0 ? errno : 0;
}

/* Gives up what the role gives up, then tries: the errno, or BY_SIGNAL and the signal that ended it. */
static int try_as(enum confine_role role, const struct around *p, probe_fn probe)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct confine c;
        confine_early(true);
        confine_begin(&c, role);
        if (role == CONFINE_CORE || role == CONFINE_CORE_SPAWNER) {
            char dir[300];
            snprintf(dir, sizeof(dir), "%s", p->inside);
            *strrchr(dir, '/') = '\0';
            (void)confine_allow(&c, CONFINE_WRITE, dir);
        }
        if (role == CONFINE_LINE && p->device[0])
            (void)confine_allow(&c, CONFINE_DEVICE, p->device);
        confine_close(&c);
        _exit(probe(p));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool has_landlock(void)
{
    bool there = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
    if (!there)
        print_message("skipped: this kernel has no Landlock\n");
    return there;
}

static void make_file(const char *dir, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", dir, name);
    int fd = open(out, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0 && write(fd, "secret\n", 7) == 7);
    close(fd);
}

static struct around make_around(void **state)
{
    struct scratch *s = *state;
    struct around p = {.device = ""};
    char dir[128];
    snprintf(dir, sizeof(dir), "%s/state", s->dir);
    if (mkdir(dir, 0700))
        assert_int_equal(errno, EEXIST);
    make_file(dir, "kept", p.inside, sizeof(p.inside));
    make_file(s->dir, "shadow", p.outside, sizeof(p.outside));
    return p;
}

static int remove_around(void **state)
{
    struct scratch *s = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/state/kept", s->dir);
    unlink(path);
    snprintf(path, sizeof(path), "%s/state", s->dir);
    rmdir(path);
    return scratch_remove(state);
}

/* --- files -------------------------------------------------------------------------------- */

static int reads_outside(const struct around *p)
{
    return errno_of(open(p->outside, O_RDONLY));
}

static int writes_outside(const struct around *p)
{
    char path[320];
    snprintf(path, sizeof(path), "%s.new", p->outside);
    return errno_of(open(path, O_WRONLY | O_CREAT, 0600));
}

static int removes_outside(const struct around *p)
{
    return errno_of(unlink(p->outside));
}

static int lists_outside(const struct around *p)
{
    (void)p;
    return errno_of(open("/root", O_RDONLY | O_DIRECTORY));
}

static int works_inside(const struct around *p)
{
    char other[320];
    snprintf(other, sizeof(other), "%s.new", p->inside);
    int fd = open(other, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) || ftruncate(fd, 0) || rename(other, p->inside))
        return errno ? errno : EIO;
    return 0;
}

static int reads_a_library(const struct around *p)
{
    (void)p;
    return errno_of(open("/usr", O_RDONLY | O_DIRECTORY)) || errno_of(open("/dev/urandom", O_RDONLY));
}

static void no_role_opens_what_was_not_named(void **state)
{
    struct around p = make_around(state);
    if (!has_landlock())
        skip();
    for (size_t i = 0; i < ARRAY_LEN(all_roles); i++) {
        assert_int_equal(try_as(all_roles[i], &p, reads_outside), EACCES);
        assert_int_equal(try_as(all_roles[i], &p, lists_outside), EACCES);
        assert_int_equal(try_as(all_roles[i], &p, writes_outside), EACCES);
        assert_int_not_equal(try_as(all_roles[i], &p, removes_outside), 0);
        assert_int_equal(try_as(all_roles[i], &p, reads_a_library), 0);
    }
}

static void the_core_keeps_its_state_and_the_children_have_none(void **state)
{
    struct around p = make_around(state);
    assert_int_equal(try_as(CONFINE_CORE, &p, works_inside), 0);
    assert_int_equal(try_as(CONFINE_CORE_SPAWNER, &p, works_inside), 0);
    assert_int_not_equal(try_as(CONFINE_LINE, &p, works_inside), 0);
    assert_int_not_equal(try_as(CONFINE_COURIER, &p, works_inside), 0);
    assert_int_not_equal(try_as(CONFINE_FRONT, &p, works_inside), 0);
}

/* --- the line's device -------------------------------------------------------------------- */

static int uses_device(const struct around *p)
{
    struct winsize w;
    int fd = open(p->device, O_RDWR | O_NOCTTY);
    return fd < 0 ? errno : errno_of(ioctl(fd, TIOCGWINSZ, &w));
}

static int uses_another_device(const struct around *p)
{
    (void)p;
    return errno_of(open("/dev/ptmx", O_RDWR | O_NOCTTY));
}

static void a_line_has_its_device_and_no_other(void **state)
{
    struct around p = make_around(state);
    int master, slave;
    assert_int_equal(openpty(&master, &slave, p.device, NULL, NULL), 0);
    assert_int_equal(try_as(CONFINE_LINE, &p, uses_device), 0);
    if (has_landlock()) {
        assert_int_equal(try_as(CONFINE_LINE, &p, uses_another_device), EACCES);
        assert_int_equal(try_as(CONFINE_COURIER, &p, uses_device), EACCES);
        assert_int_equal(try_as(CONFINE_CORE, &p, uses_device), EACCES);
    }
    close(master);
    close(slave);
}

/* --- the network -------------------------------------------------------------------------- */

static int connects(const struct around *p)
{
    (void)p;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : errno_of(connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

static int listens(const struct around *p)
{
    (void)p;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : errno_of(bind(fd, (struct sockaddr *)&a, sizeof(a))) || errno_of(listen(fd, 1));
}

static int opens_unix(const struct around *p)
{
    (void)p;
    return errno_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int reads_shadow(const struct around *p)
{
    (void)p;
    return errno_of(open("/etc/shadow", O_RDONLY));
}

static int reads_passwd(const struct around *p)
{
    (void)p;
    return errno_of(open("/etc/passwd", O_RDONLY));
}

/* As root here: what is not for others is as readable as the settings are for one whom the core starts. */
static void the_courier_reads_of_etc_what_others_may(void **state)
{
    struct around p = make_around(state);
    if (!has_landlock())
        return;
    assert_int_equal(try_as(CONFINE_COURIER, &p, reads_passwd), 0);
    assert_int_equal(try_as(CONFINE_COURIER, &p, reads_shadow), EACCES);
}

static int opens_a_pair(const struct around *p)
{
    (void)p;
    int fds[2];
    return errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
}

static int opens_raw(const struct around *p)
{
    (void)p;
    return errno_of(socket(AF_PACKET, SOCK_RAW, 0));
}

static void the_network_is_the_couriers_and_the_fronts(void **state)
{
    struct around p = make_around(state);
    assert_int_equal(try_as(CONFINE_COURIER, &p, connects), ECONNREFUSED); /* it went as far as the other end */
    assert_int_not_equal(try_as(CONFINE_COURIER, &p, listens), 0);
    assert_int_equal(try_as(CONFINE_FRONT, &p, listens), 0);
    assert_int_equal(try_as(CONFINE_FRONT, &p, connects), EPERM);
    assert_int_equal(try_as(CONFINE_CORE, &p, connects), EPERM);
    assert_int_equal(try_as(CONFINE_CORE, &p, listens), EPERM);
    assert_int_equal(try_as(CONFINE_LINE, &p, connects), EPERM);
    assert_int_equal(try_as(CONFINE_LINE, &p, opens_unix), EPERM);
    /* one that the core starts has its user, and could ask at the console's socket for all there is */
    assert_int_equal(try_as(CONFINE_COURIER, &p, opens_unix), EPERM);
    assert_int_equal(try_as(CONFINE_FRONT, &p, opens_unix), EPERM);
    assert_int_equal(try_as(CONFINE_COURIER, &p, opens_a_pair), 0); /* libcurl's threads */
    assert_int_equal(try_as(CONFINE_CORE, &p, opens_unix), 0);
    for (size_t i = 0; i < ARRAY_LEN(all_roles); i++)
        assert_int_equal(try_as(all_roles[i], &p, opens_raw), EPERM);
}

/* --- programs, processes, threads --------------------------------------------------------- */

static int runs_a_shell(const struct around *p)
{
    (void)p;
    char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t) "exit 0", NULL};
    execv("/bin/sh", argv);
    return errno;
}

static int runs_itself(const struct around *p)
{
    (void)p;
    char *const argv[] = {(char *)(uintptr_t) "test_confine", (char *)(uintptr_t)HELPER, NULL};
    execv("/proc/self/exe", argv);
    return errno;
}

static int forks(const struct around *p)
{
    (void)p;
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return errno_of(pid);
}

static int makes_a_user_namespace(const struct around *p)
{
    (void)p;
    long pid = syscall(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return errno_of(pid);
}

static void *nothing(void *arg)
{
    return arg;
}

static int starts_a_thread(const struct around *p)
{
    (void)p;
    pthread_t t;
    int rc = pthread_create(&t, NULL, nothing, NULL);
    return rc ? rc : pthread_join(t, NULL);
}

static int ends_its_parent(const struct around *p)
{
    (void)p;
    return errno_of(kill(getppid(), SIGCONT));
}

static void no_role_runs_another_program(void **state)
{
    struct around p = make_around(state);
    if (has_landlock())
        assert_int_equal(try_as(CONFINE_CORE_SPAWNER, &p, runs_a_shell), EACCES);
    assert_int_equal(try_as(CONFINE_CORE_SPAWNER, &p, runs_itself), 77);
    static const enum confine_role roles[] = {CONFINE_CORE, CONFINE_LINE, CONFINE_COURIER, CONFINE_FRONT};
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        assert_int_equal(try_as(roles[i], &p, runs_a_shell), EPERM);
        assert_int_equal(try_as(roles[i], &p, runs_itself), EPERM);
    }
}

static void only_a_core_makes_processes(void **state)
{
    struct around p = make_around(state);
    assert_int_equal(try_as(CONFINE_CORE, &p, forks), 0);
    assert_int_equal(try_as(CONFINE_CORE_SPAWNER, &p, forks), 0);
    assert_int_equal(try_as(CONFINE_CORE_SPAWNER, &p, makes_a_user_namespace), EPERM);
    assert_int_equal(try_as(CONFINE_LINE, &p, forks), EPERM);
    assert_int_equal(try_as(CONFINE_COURIER, &p, forks), EPERM);
    assert_int_equal(try_as(CONFINE_FRONT, &p, forks), EPERM);
    assert_int_equal(try_as(CONFINE_LINE, &p, ends_its_parent), EPERM);
    assert_int_equal(try_as(CONFINE_COURIER, &p, ends_its_parent), EPERM);
    assert_int_equal(try_as(CONFINE_COURIER, &p, starts_a_thread), 0);
}

/* --- memory, and other processes' --------------------------------------------------------- */

static int writes_and_executes(const struct around *p)
{
    (void)p;
    void *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return m == MAP_FAILED ? errno : 0;
}

static int makes_executable(const struct around *p)
{
    (void)p;
    void *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return m == MAP_FAILED ? 0 : errno_of(mprotect(m, 4096, PROT_READ | PROT_EXEC));
}

static int debugs_its_parent(const struct around *p)
{
    (void)p;
    return errno_of(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int leaves_its_namespace(const struct around *p)
{
    (void)p;
    return errno_of(syscall(SYS_unshare, 0x20000));
}

static int sets_the_clock(const struct around *p)
{
    (void)p;
    struct timespec t = {.tv_sec = 0};
    return errno_of(syscall(SYS_clock_settime, CLOCK_REALTIME, &t));
}

static void memory_is_written_or_executed(void **state)
{
    struct around p = make_around(state);
    for (size_t i = 0; i < ARRAY_LEN(all_roles); i++) {
        assert_int_not_equal(try_as(all_roles[i], &p, writes_and_executes), 0);
        assert_int_not_equal(try_as(all_roles[i], &p, makes_executable), 0);
    }
}

static void what_only_an_intruder_does_ends_the_process(void **state)
{
    struct around p = make_around(state);
    for (size_t i = 0; i < ARRAY_LEN(all_roles); i++) {
        assert_int_equal(try_as(all_roles[i], &p, debugs_its_parent), BY_SIGNAL + SIGSYS);
        assert_int_equal(try_as(all_roles[i], &p, leaves_its_namespace), BY_SIGNAL + SIGSYS);
        assert_int_equal(try_as(all_roles[i], &p, sets_the_clock), BY_SIGNAL + SIGSYS);
    }
}

static int is_closed(const struct around *p)
{
    (void)p;
    struct rlimit r;
    if (getrlimit(RLIMIT_CORE, &r) || r.rlim_max != 0)
        return 1;
    /* prctl is not allowed any more: /proc says the same */
    char text[4096] = "";
    int fd = open("/proc/self/status", O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
        return 2;
    return !strstr(text, "NoNewPrivs:\t1") ? 3 : !strstr(text, "Seccomp:\t2") ? 4 : 0;
}

/* ENOTTY: the kernel has looked at it. */
static int types_at_the_terminal(const struct around *p)
{
    (void)p;
    int fd = open("/dev/null", O_RDWR);
    return fd < 0 ? errno : errno_of(syscall(SYS_ioctl, fd, (unsigned long)TIOCSTI, "x"));
}

/* The kernel looks at 32 bits of it. */
static int types_in_long_hand(const struct around *p)
{
    (void)p;
    int fd = open("/dev/null", O_RDWR);
    return fd < 0 ? errno : errno_of(syscall(SYS_ioctl, fd, (uint64_t)TIOCSTI | (uint64_t)1 << 40, "x"));
}

/* A child that is started by hand has the operator's terminal. */
static void no_role_types_at_the_terminal_of_who_started_it(void **state)
{
    struct around p = make_around(state);
    for (size_t i = 0; i < ARRAY_LEN(all_roles); i++) {
        assert_int_equal(try_as(all_roles[i], &p, types_at_the_terminal), EPERM);
        assert_int_equal(try_as(all_roles[i], &p, types_in_long_hand), EPERM);
    }
}

static void no_core_dump_and_no_new_privilege(void **state)
{
    struct around p = make_around(state);
    for (size_t i = 0; i < ARRAY_LEN(all_roles); i++)
        assert_int_equal(try_as(all_roles[i], &p, is_closed), 0);
}

/* --- one within the other ----------------------------------------------------------------- */

static int becomes_a_line(const struct around *p)
{
    struct confine c;
    confine_early(true);
    confine_begin(&c, CONFINE_LINE);
    confine_close(&c);
    int rc = reads_outside(p);
    return rc != EACCES ? 100 + rc : works_inside(p);
}

static void a_spawned_line_gives_up_more_than_its_core(void **state)
{
    struct around p = make_around(state);
    if (!has_landlock())
        skip();
    assert_int_equal(try_as(CONFINE_CORE_SPAWNER, &p, becomes_a_line), EACCES);
}

static void asked_for_it_nothing_is_given_up(void **state)
{
    struct around p = make_around(state);
    setenv(CONFINE_OFF_ENV, "1", 1);
    assert_non_null(confine_off());
    assert_int_equal(try_as(CONFINE_LINE, &p, reads_outside), 0);
    assert_int_equal(try_as(CONFINE_LINE, &p, forks), 0);
    setenv(CONFINE_OFF_ENV, "0", 1);
    assert_null(confine_off());
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], HELPER))
        _exit(77);
    setenv(CONFINE_OFF_ENV, "0", 1);
    log_setup("test", LOG_WARN_, false);
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, remove_around)
    const struct CMUnitTest tests[] = {
        TEST(no_role_opens_what_was_not_named),
        TEST(the_core_keeps_its_state_and_the_children_have_none),
        TEST(a_line_has_its_device_and_no_other),
        TEST(the_network_is_the_couriers_and_the_fronts),
        TEST(no_role_runs_another_program),
        TEST(only_a_core_makes_processes),
        TEST(memory_is_written_or_executed),
        TEST(what_only_an_intruder_does_ends_the_process),
        TEST(no_core_dump_and_no_new_privilege),
        TEST(a_spawned_line_gives_up_more_than_its_core),
        TEST(the_courier_reads_of_etc_what_others_may),
        TEST(asked_for_it_nothing_is_given_up),
        TEST(no_role_types_at_the_terminal_of_who_started_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
