#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A long run of everything at once: the service with two lines on virtual modems, the courier with a webhook,
HTTP sessions, and a commune that texts (soak_people.py), while faults come at random: SIGKILL of each process,
every fault of a modem, a network that is away, a webhook that is down, SIGHUP. For the last 40 % of the time
nothing is killed (everything else goes on), so that each process also has one long life.

Good is:
- nothing unhandled: each warning and error of the log is of a kind that is listed here, no process ends but by
  our kill (or the core's kill of a line that hangs), no sanitizer or assertion speaks, no session is answered wrongly;
- at the end, in peace, everything drains: nothing queued that is due, nothing sending, no job overdue, no event left;
- each text that was sent is one row with a disposition, none 'failed'; each report is in one incident, once;
- flat: memory and descriptors of every life, its first tenth left out, between first and last quarter (see FLAT);
  a courier that keeps its connections has more of them after a minute than at first, so descriptors count in a long life.

usage: tests/faults/soak.py TINBAO [SECONDS [SEED]]     (60 s; 7200 for the long run). Exit 0 when all is so.
"""
import collections
import os
import re
import shutil
import signal
import sqlite3
import sys
import time

from courier_sinks import Failure
from soak_box import Box

CAP_KB = {'core': 32768, 'line': 16384, 'courier': 49152, 'front': 16384}
# A life counts from so many seconds on; memory may rise by so many KB from its first quarter to its last, and by
# so many KB an hour by the line through all its samples (where it lived long enough for that to say something).
# Descriptors come and go with what is under way: the courier has up to eight connections.
FLAT = {'life_s': 20, 'rise_kb': 3072, 'slope_from_s': 1200, 'slope_kb_h': 2048}
FDS_UP, FDS_MAX = {'courier': 8}, {'core': 32, 'line': 12, 'courier': 24, 'front': 32}
DRAIN_S = 240


class Soak(Box):
    def __init__(self, tinbao, seconds, seed):
        super().__init__(tinbao, seed, os.environ.get('TMPDIR') or '/var/tmp')
        self.seconds, self.samples, self.lives, self.faults = seconds, 0, {}, collections.Counter()
        self.sink_until, self.back_on = 0.0, None

    # --- the faults

    def modem_fault(self):
        idle = [m for m in self.modems if m.fault == 'ok']
        if not idle:
            return False
        names = ['mute', 'garbage', 'no-echo', 'unknown-urc', 'cms=38', 'cms=41', 'cms=500', 'cms=304', 'sim-full', 'delete-fails',
                 'unplug', 'power-cycle', 'slow']
        name = self.random.choice(names)
        self.random.choice(idle).set_fault(name, time.monotonic() + self.random.uniform(3, 25))
        self.faults['modem ' + name] += 1
        return True

    def network_off(self):
        for m in self.modems:
            m.set_fault('ok')
            m.set_fault('cms=38', time.monotonic() + 15)
        return True

    def sink(self):
        self.sink_down, self.sink_until = True, time.monotonic() + self.random.uniform(5, 60)
        return True

    def reload(self):
        self.write_config(self.random.choice([0, 600, 1800]))
        self.core.send_signal(signal.SIGHUP)
        return True

    def phone_off(self):
        phone = self.random.choice(['+84903000001', '+84903000003', '+84912000002'])
        for m in self.modems:
            m.ask('unreachable ' + phone)
        self.back_on = (time.monotonic() + 30, phone)
        return True

    def fault(self, with_kills):
        kinds = [('modem', self.modem_fault, 10), ('network off', self.network_off, 1), ('webhook down', self.sink, 2),
                 ('SIGHUP', self.reload, 2), ('phone off', self.phone_off, 1)]
        if with_kills:
            kinds += [('SIGKILL core', self.kill_core, 3), ('SIGKILL line', lambda: self.kill_child('line'), 3),
                      ('SIGKILL courier', lambda: self.kill_child('courier'), 1),
                      ('SIGKILL front', lambda: self.kill_child('front'), 1)]
        # first each once, in any order: a short run has had them all
        waiting = [k for k in kinds if not self.faults[k[0]]]
        name, fn, _ = self.random.choices(waiting or kinds, [k[2] for k in waiting or kinds])[0]
        if fn() is not False:
            self.faults[name] += 1

    def mend(self, all_of_it=False):
        now = time.monotonic()
        for m in self.modems:
            if m.fault != 'ok' and (all_of_it or now > m.busy_until):
                m.set_fault('ok')
        if self.back_on and (all_of_it or now > self.back_on[0]):
            for m in self.modems:
                m.ask('reachable ' + self.back_on[1])
            self.back_on = None
        if self.sink_down and (all_of_it or now > self.sink_until):
            self.sink_down = False

    # --- what is looked at

    def sample(self):
        processes = dict(self.children())
        if self.core.poll() is None:
            processes[self.core.pid] = 'core'
        for pid, kind in processes.items():
            try:
                with open('/proc/%d/status' % pid) as f:
                    rss = int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1))
                fds = len(os.listdir('/proc/%d/fd' % pid))
            except (OSError, AttributeError):
                continue  # it ended between two looks
            self.lives.setdefault((kind, pid), []).append((time.monotonic(), rss, fds))
            self.samples += 1
            if rss > CAP_KB[kind] or fds > FDS_MAX[kind]:
                self.bad.append('%s has %d KB and %d descriptors' % (kind, rss, fds))

    # --- the run

    def storm(self):
        begin = time.monotonic()
        end, next_text, next_fault, next_sample, next_say = begin + self.seconds, begin, begin + 5, begin, begin + 600
        gap = 3 if self.seconds < 600 else 20
        while (now := time.monotonic()) < end and len(self.bad) < 50:
            if now >= next_text:
                wrong = self.people.step()
                self.bad += [wrong] if wrong else []
                next_text = max(next_text + self.random.expovariate(1.6), now - 5)
            if now >= next_fault:
                self.fault(now - begin < 0.6 * self.seconds)
                next_fault = now + self.random.uniform(0.3, 1.7) * gap
            if now >= next_sample:
                self.sample()
                self.mend()
                self.look_after()
                next_sample = now + (1 if self.seconds < 600 else 5)
            if now >= next_say:
                self.say('so far, %d min' % ((now - begin) / 60))
                next_say = now + 600
            time.sleep(max(0.0, min(next_text, next_sample, next_fault) - time.monotonic()))

    def drain(self):
        self.people.quiet = True
        self.mend(True)
        began = time.monotonic()
        while (left := self.left()) and time.monotonic() - began < DRAIN_S:
            time.sleep(2)
            self.sample()
            self.look_after()
        self.drained_s = time.monotonic() - began
        if left:
            self.bad.append('%d s after the last text still: %s' % (DRAIN_S, left))

    def flat(self):
        """Each life's memory and descriptors, the first tenth of it left out."""
        worst = {}
        for (kind, pid), all_of_it in self.lives.items():
            life = [s for s in all_of_it if s[0] >= all_of_it[0][0] + (all_of_it[-1][0] - all_of_it[0][0]) / 10]
            lived = life[-1][0] - life[0][0]
            if lived < FLAT['life_s'] or len(life) < 8:
                continue
            quarter = len(life) // 4
            middle = lambda part, i: sorted(s[i] for s in part)[len(part) // 2]
            rise = middle(life[-quarter:], 1) - middle(life[:quarter], 1)
            fds = middle(life[-quarter:], 2) - middle(life[:quarter], 2)
            mean_t, mean_r = (sum(s[i] for s in life) / len(life) for i in (0, 1))
            slope = 3600 * sum((s[0] - mean_t) * (s[1] - mean_r) for s in life) / sum((s[0] - mean_t)**2 for s in life)
            said = '%s lived %d s: %+d KB (%+d KB/h), %+d descriptors, at most %d KB and %d' % (
                kind, lived, rise, slope, fds, max(s[1] for s in life), max(s[2] for s in life))
            if rise > FLAT['rise_kb'] or fds > FDS_UP.get(kind, 3) or (lived >= FLAT['slope_from_s'] and slope > FLAT['slope_kb_h']):
                self.bad.append('not flat: ' + said)
            if kind not in worst or lived > worst[kind][0]:
                worst[kind] = (lived, said)
        for kind in sorted(worst):
            print('soak: ' + worst[kind][1])
        if not set(worst) >= {'core', 'line', 'courier', 'front'}:
            self.bad.append('no life of each process was long enough to judge: %s' % sorted(worst))

    def say(self, when):
        p = self.people
        print('soak: %s: %d texts, %d calls, %d sessions (%d refused) in, %d texts out, %d events, %d faults, %d known lines, '
              '%d lives, %d wrong' % (when, p.texts, p.calls, p.sessions, p.session_errors, p.arrived, len(self.web.taken()),
                                      sum(self.faults.values()), sum(self.known.values()), len(self.lives), len(self.bad)),
              flush=True)


def main():
    tinbao = os.path.abspath(sys.argv[1])
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261112
    print('soak: %d s, seed %d' % (seconds, seed), flush=True)
    s = Soak(tinbao, seconds, seed)
    try:
        s.open()
        s.storm()
        s.drain()
        s.close()
        s.read_log()
        s.compare()
        s.flat()
        s.say('at the end')
        print('soak: faults: ' + ', '.join('%s %d' % kv for kv in sorted(s.faults.items())))
        print('soak: log lines: ' + ', '.join('%s %d' % kv for kv in sorted(s.known.items())))
        print('soak: dispositions: ' + ', '.join('%s %d' % kv for kv in sorted(s.dispositions.items())))
        print('soak: %d incidents, %d numbered texts, %d lost, %d doubled, drained in %.0f s'
              % (s.incidents, len(s.people.sent), s.lost, s.doubled, s.drained_s))
    except (Failure, OSError, sqlite3.Error) as e:
        s.bad.append('%s: %s' % (type(e).__name__, e))
        s.close()
    for line in s.bad[:20]:
        print('soak: WRONG: ' + line)
    print('soak: %s' % ('good' if not s.bad else 'NOT GOOD, kept in ' + s.dir))
    if not s.bad:
        shutil.rmtree(s.dir, ignore_errors=True)
    return 1 if s.bad else 0


if __name__ == '__main__':
    sys.exit(main())
