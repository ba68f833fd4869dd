#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""SIGKILL, again and again, at random moments of a mixed run: the core, the lines, the courier and the front, several
times a second, while a commune texts everything that there is (soak_people.py). A kill counts when it went to a
process that lived. Then, in peace, all must come to its end.

How it is counted: each text that a modem's network accepted is one row with a disposition, not 'failed'; reports carry
a number of their own, and each number stands in exactly one incident; no numbered text stands in two rows; the
code of each report and SOS of a user came to his phone (it may have come twice). State is kept on a file system in
memory if there is one: SIGKILL takes nothing from the system's cache, and so more kills fit into a minute.

usage: tests/faults/mixed_kills.py TINBAO [KILLS [SEED]]     (300; 10000 for the long run). Exit 0 when all is so.
"""
import collections
import os
import shutil
import sqlite3
import sys
import time

from courier_sinks import Failure
from soak_box import Box

DRAIN_S = 600


class Kills(Box):
    def __init__(self, tinbao, kills, seed):
        memory = '/dev/shm' if os.access('/dev/shm', os.W_OK) else '/var/tmp'
        super().__init__(tinbao, seed, os.environ.get('TMPDIR') or memory)
        self.wanted, self.killed, self.none_there = kills, collections.Counter(), 0

    def kill_one(self):
        kind = self.random.choices(['core', 'line', 'courier', 'front'], [40, 40, 10, 10])[0]
        if kind == 'core':
            self.kill_core()
        else:
            for _ in range(10):  # it may not have been started yet
                if self.kill_child(kind):
                    break
                time.sleep(0.03)
            else:
                self.none_there += 1
                return
        self.killed[kind] += 1

    def storm(self):
        """A start takes a fifth of a second: short lives hit it, long ones hit the work."""
        began, said = time.monotonic(), 0
        while sum(self.killed.values()) < self.wanted and len(self.bad) < 20:
            life = self.random.choices([(0.005, 0.12), (0.12, 0.5), (0.5, 1.5)], [60, 33, 7])[0]
            until = time.monotonic() + self.random.uniform(*life)
            while (left := until - time.monotonic()) > 0:
                if self.random.random() < 0.35:
                    wrong = self.people.step()
                    self.bad += [wrong] if wrong else []
                time.sleep(max(0.0, min(left, self.random.uniform(0.005, 0.3))))
            if self.core.poll() is not None:
                self.bad.append('the core ended by itself, status %d' % self.core.returncode)
                self.start()
            self.kill_one()
            done = sum(self.killed.values())
            if done // 500 > said:
                said = done // 500
                self.read_log()
                print('mixed_kills: so far %d kills, %d texts in, %d out, %.0f s, %d wrong' %
                      (done, self.people.texts, self.people.arrived, time.monotonic() - began, len(self.bad)), flush=True)
        self.storm_s = time.monotonic() - began

    def drain(self):
        self.people.quiet = True
        began = time.monotonic()
        while (left := self.left()) and time.monotonic() - began < DRAIN_S:
            time.sleep(1)
            self.read_log()
        self.drained_s = time.monotonic() - began
        if left:
            self.bad.append('%d s after the last kill still: %s' % (DRAIN_S, left))


def main():
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261112
    print('mixed_kills: %d kills, seed %d' % (kills, seed), flush=True)
    k = Kills(os.path.abspath(sys.argv[1]), kills, seed)
    try:
        k.open()
        k.people.timeout_s = 2
        k.storm()
        k.drain()
        k.close()
        k.read_log()
        k.compare()
        p = k.people
        print('mixed_kills: %d SIGKILLs in %.0f s (%s; %d more found nobody), %d texts and %d calls in, %d texts out, %d sessions'
              % (sum(k.killed.values()), k.storm_s, ', '.join('%s %d' % kv for kv in sorted(k.killed.items())), k.none_there,
                 p.texts, p.calls, p.arrived, p.sessions))
        print('mixed_kills: log lines: ' + ', '.join('%s %d' % kv for kv in sorted(k.known.items())))
        print('mixed_kills: dispositions: ' + ', '.join('%s %d' % kv for kv in sorted(k.dispositions.items())))
        print('mixed_kills: %d incidents, %d numbered texts, %d lost, %d doubled, %d never confirmed, drained in %.0f s'
              % (k.incidents, len(p.sent), k.lost, k.doubled, len(k.unconfirmed), k.drained_s))
    except (Failure, OSError, sqlite3.Error) as e:
        k.bad.append('%s: %s' % (type(e).__name__, e))
        k.close()
    for line in k.bad[:20]:
        print('mixed_kills: WRONG: ' + line)
    print('mixed_kills: %s' % ('good' if not k.bad else 'NOT GOOD, kept in ' + k.dir))
    if not k.bad:
        shutil.rmtree(k.dir, ignore_errors=True)
    return 1 if k.bad else 0


if __name__ == '__main__':
    sys.exit(main())
