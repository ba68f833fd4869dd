#!/usr/bin/env python3
"""Runs a unit's ExecStart under the unit's own filters where no systemd runs: its user, no capabilities, no new
privileges, no core dumps, no writable memory that is executed, the system calls and address families it allows, no
network, and no file system to write but its state. What is left out needs cgroups or systemd itself: DeviceAllow,
memory and task limits, private /tmp and /proc. Every directive is read from the unit, so that a unit that asks too
much, and a service that needs more than its unit allows, are both found. Called by scripts/deb/try, as root.

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
    unit = {}
    for line in (l for p in paths.split(",") for l in open(p, encoding="utf-8")):
        m = re.match(r"([A-Za-z]+)=(.*)", line.strip())
        if m:
            unit.setdefault(m[1], []).append(m[2])
    return unit


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


def close_files(state):
    check(LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "private mounts")
    check(LIBC.mount(state.encode(), state.encode(), None, MS_BIND, None), "bind")
    set_read_only("/", True, AT_RECURSIVE)
    set_read_only(state, False)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    unit = read_unit(sys.argv[1])
    command = sys.argv[2:] or unit["ExecStart"][0].split()
    allowed = allowed_calls(unit)
    user = pwd.getpwnam(unit["User"][0])
    network = unit.get("PrivateNetwork", ["no"])[-1] == "yes"
    check(LIBC.unshare(CLONE_NEWNS | (CLONE_NEWNET if network else 0)), "unshare")
    if unit.get("ProtectSystem") == ["strict"]:
        close_files("/var/lib/" + unit["StateDirectory"][0])
    os.umask(int(unit["UMask"][0], 8))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(unit["LimitNOFILE"][0]),) * 2)
    for cap in range(64):
        LIBC.prctl(PR_CAPBSET_DROP, cap, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    if LIBC.prctl(PR_SET_MDWE, 1, 0, 0, 0) < 0:  # Linux 6.3
        print("as_unit: this kernel can not refuse executable memory", file=sys.stderr)
    filter_calls(allowed, " ".join(unit["RestrictAddressFamilies"]).split())
    os.execvp(command[0], command)


main()
