#!/usr/bin/env python3
"""Runs a unit's ExecStart under the unit's own filters where no systemd runs: its user, no capabilities, no new
privileges, no core dumps, no writable memory that is executed, the system calls and address families it allows, no
network, no file system to write but its state, private /tmp, /dev and /proc, and what it hides of the rest. What is
left out needs cgroups or systemd itself: DeviceAllow, IPAddressDeny, memory and task limits, PrivateUsers. Every
directive is read from the unit, so that a unit that asks too much, and a service that needs more than its unit
allows, are both found. NAME@gsm1.service is read from NAME@.service. Called by scripts/deb/try, as root.

usage: as_unit.py UNIT[,DROP-IN...] [COMMAND...]     (default: the unit's ExecStart)
"""
import ctypes
import os
import pwd
import re
import resource
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
SECCOMP = ctypes.CDLL("libseccomp.so.2", use_errno=True)
SECCOMP.seccomp_init.restype = ctypes.c_void_p
ALLOW, EPERM = 0x7FFF0000, 0x00050001
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
AT_FDCWD, AT_RECURSIVE, SYS_MOUNT_SETATTR = -100, 0x8000, 442
MS_BIND, MS_REC, MS_PRIVATE, ATTR_RDONLY = 4096, 16384, 1 << 18, 1
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, PR_CAPBSET_DROP = 38, 65, 24
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class MountAttr(ctypes.Structure):
    _fields_ = [("set", ctypes.c_uint64), ("clear", ctypes.c_uint64), ("propagation", ctypes.c_uint64),
                ("userns", ctypes.c_uint64)]


def check(rc, what):
    if rc < 0:
        sys.exit(f"as_unit: {what}: {os.strerror(ctypes.get_errno() or -rc)}")


def read_unit(paths):
    """Each directive's values in their order; an empty one takes back those before it, as systemd has it."""
    unit = {}
    instance = re.search(r"@([^/@]+)\.service", paths)
    paths = re.sub(r"@[^/@]+\.service", "@.service", paths)
    for line in (l for p in paths.split(",") for l in open(p, encoding="utf-8")):
        m = re.match(r"([A-Za-z]+)=(.*)", line.strip())
        if m and not m[2]:
            unit[m[1]] = []
        elif m:
            unit.setdefault(m[1], []).append(m[2].replace("%i", instance[1] if instance else ""))
    return unit


def words(unit, name):
    return " ".join(unit.get(name, [])).split()


def says(unit, name, value="yes"):
    return (unit.get(name) or ["no"])[-1] == value


def calls_of(name):
    """The system calls of one, or of a group and the groups in it, as this systemd knows them."""
    if not name.startswith("@"):
        return {name}
    out = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", name], check=True, text=True,
                         capture_output=True).stdout
    words = [l.strip() for l in out.splitlines()[1:] if l.strip() and not l.strip().startswith("#")]
    return set().union(*(calls_of(w) for w in words)) if words else set()


def allowed_calls(unit):
    allowed = set()
    for line in unit["SystemCallFilter"]:
        named = set().union(*(calls_of(w) for w in line.lstrip("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


def filter_calls(allowed, families):
    ctx = ctypes.c_void_p(SECCOMP.seccomp_init(EPERM))
    for name in sorted(allowed - {"socket"}):
        nr = SECCOMP.seccomp_syscall_resolve_name(name.encode())
        if nr >= 0:
            check(SECCOMP.seccomp_rule_add_array(ctx, ALLOW, nr, 0, None), name)
    nr = SECCOMP.seccomp_syscall_resolve_name(b"socket")
    for family in families:
        only = Compare(0, 4, FAMILIES[family], 0)  # 4: equal
        check(SECCOMP.seccomp_rule_add_array(ctx, ALLOW, nr, 1, ctypes.byref(only)), "socket")
    check(SECCOMP.seccomp_load(ctx), "the filter")


def set_read_only(path, on, flags=0):
    attr = MountAttr(ATTR_RDONLY if on else 0, 0 if on else ATTR_RDONLY, 0, 0)
    check(LIBC.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path.encode(), flags, ctypes.byref(attr), ctypes.sizeof(attr)),
          f"mount {path}")


def mount(source, target, kind=None, flags=0, options=None):
    check(LIBC.mount(source.encode(), target.encode(), kind and kind.encode(), flags, options and options.encode()),
          f"mount {target}")


def touch(path):
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def own_devices():
    """What PrivateDevices=yes leaves: /dev with nothing behind it, and the terminals of pseudo-terminals."""
    nodes = [n for n in ("null", "zero", "full", "random", "urandom", "tty", "pts") if os.path.exists("/dev/" + n)]
    held = {n: os.open("/dev/" + n, os.O_PATH) for n in nodes}
    mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k")
    for n, fd in held.items():
        if n == "pts":
            os.mkdir("/dev/pts")
        else:
            touch("/dev/" + n)
        mount(f"/proc/self/fd/{fd}", "/dev/" + n, None, MS_BIND)
        os.close(fd)


def hide(unit):
    """TemporaryFileSystem with what is bound into it, InaccessiblePaths, ProtectHome, PrivateTmp."""
    binds = [b.lstrip("-") for b in words(unit, "BindReadOnlyPaths") if os.path.exists(b.lstrip("-"))]
    held = {b: os.open(b, os.O_PATH) for b in binds}
    empty = [t.split(":")[0] for t in words(unit, "TemporaryFileSystem")]
    empty += ["/tmp", "/var/tmp"] if says(unit, "PrivateTmp") else []
    gone = [p.lstrip("-") for p in words(unit, "InaccessiblePaths")]
    gone += ["/home", "/root"] if says(unit, "ProtectHome") else []
    for path in empty + [g for g in gone if os.path.isdir(g)]:
        if os.path.isdir(path):
            mode = "1777" if path.endswith("tmp") else "000" if path in gone else "755"
            mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, f"mode={mode},size=16m")
    for path, fd in held.items():
        if os.path.isdir(f"/proc/self/fd/{fd}"):
            os.makedirs(path, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            touch(path)
        mount(f"/proc/self/fd/{fd}", path, None, MS_BIND)
        os.close(fd)


def close_files(unit):
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    writable = ["/var/lib/" + d for d in words(unit, "StateDirectory")]
    writable += ["/run/" + d for d in words(unit, "RuntimeDirectory")]
    for path in writable:
        mount(path, path, None, MS_BIND)
    hide(unit)
    if says(unit, "PrivateDevices"):
        own_devices()
    set_read_only("/", True, AT_RECURSIVE)
    for path in writable + (["/tmp", "/var/tmp"] if says(unit, "PrivateTmp") else []):
        if os.path.isdir(path) and (path in writable or not path.startswith("/var") or
                                    "/var:ro" not in words(unit, "TemporaryFileSystem")):
            set_read_only(path, False)
    options = ["hidepid=invisible"] if says(unit, "ProtectProc", "invisible") else []
    options += ["subset=pid"] if says(unit, "ProcSubset", "pid") else []
    if options:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, ",".join(options))


def make_directories(unit, user):
    """What systemd makes before a start."""
    for base, kind in (("/var/lib/", "StateDirectory"), ("/run/", "RuntimeDirectory")):
        for d in words(unit, kind):
            os.makedirs(base + d, exist_ok=True)
            os.chmod(base + d, int((unit.get(kind + "Mode") or ["0755"])[-1], 8))
            os.chown(base + d, user.pw_uid, user.pw_gid)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    unit = read_unit(sys.argv[1])
    command = sys.argv[2:] or unit["ExecStart"][0].split()
    allowed = allowed_calls(unit)
    user = pwd.getpwnam(unit["User"][0])
    groups = os.getgrouplist(user.pw_name, user.pw_gid)  # before /etc is hidden
    make_directories(unit, user)
    check(LIBC.unshare(CLONE_NEWNS | (CLONE_NEWNET if says(unit, "PrivateNetwork") else 0)), "unshare")
    if says(unit, "ProtectSystem", "strict"):
        close_files(unit)
    os.umask(int(unit["UMask"][0], 8))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(unit["LimitNOFILE"][0]),) * 2)
    os.chdir("/")
    if "WatchdogSec" in unit:
        os.environ["WATCHDOG_USEC"] = unit["WatchdogSec"][-1] + "000000"
    for cap in range(64):
        LIBC.prctl(PR_CAPBSET_DROP, cap, 0, 0, 0)
    os.setgroups(groups)
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    if LIBC.prctl(PR_SET_MDWE, 1, 0, 0, 0) < 0:  # Linux 6.3
        print("as_unit: this kernel can not refuse executable memory", file=sys.stderr)
    filter_calls(allowed, words(unit, "RestrictAddressFamilies"))
    os.execvp(command[0], command)


main()
