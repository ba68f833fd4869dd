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
- flat: memory and descriptors of every life, its first tenth left out, between first and last quarter (see FLAT).

usage: tests/faults/soak.py TINBAO [SECONDS [SEED]]     (60 s; 7200 for the long run). Exit 0 when all is so.
"""
import collections
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from courier_sinks import Failure, Web, free_port, until
from soak_people import Modem, People

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, '..', '..', 'config', 'demo')
SECRET, HOOK = 'soak' * 8, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
CAP_KB = {'core': 32768, 'line': 16384, 'courier': 49152, 'front': 16384}
# A life counts from so many seconds on; memory may rise by so many KB from its first quarter to its last, and by
# so many KB an hour by the line through all its samples (where it lived long enough for that to say something).
FLAT = {'life_s': 20, 'rise_kb': 3072, 'slope_from_s': 1200, 'slope_kb_h': 2048, 'fds': 3}
DRAIN_S = 240

# What the log may say at warning or error, by its cause. Anything else is a state that nobody thought of.
KNOWN = [
    ('line killed by us', r'gsm\d: died by signal 9|(courier|front): died by signal 9'),
    ('line hangs', r'gsm\d: silent past its deadline|gsm\d: .*: killed$'),
    ('line leaves a dead modem', r'gsm\d: exited with \d+'),
    ('modem gone', r'gsm\d: .*is the modem plugged in and powered|gsm\d: the modem is gone while'),
    ('modem does not answer', r'gsm\d: (the modem |.*(cannot be opened|AT port|used by another|its SIM))'),
    ('modem is odd', r'gsm\d: the modem does not (announce|delete)|gsm\d: a malformed text at'),
    ('line says so itself', r'line gsm\d: (warning|error): .*'),
    ('network refuses', r'core: warning: gsm\d: the network refuses \(CMS'),
    ('text given up', r'core: warning: outbox \d+: '),
    ('delete fails', r'gsm\d: a kept text could not be deleted'),
    ('trouble told', r'core: error: TROUBLE '),
    ('webhook down', r'courier: .*tried again|webhook soak: |delivery \d+: .*'),
    ('balance', r'the balance could not be'),
    ('nobody reached', r'incident \d+: (no phone of those|its alert is overdue)'),
    ('HTTP refused', r'front: warning: '),
]
FOREIGN = re.compile(r'Sanitizer|runtime error:|[Aa]ssert|free\(\)|malloc\(\)|double free|corrupt|Traceback|Segmentation')


class Soak:
    def __init__(self, tinbao, seconds, seed):
        self.tinbao, self.seconds, self.seed = tinbao, seconds, seed
        self.random = random.Random(seed)
        self.dir = tempfile.mkdtemp(prefix='tinbao-soak-', dir=os.environ.get('TMPDIR') or '/var/tmp')
        self.config, self.log_path = self.dir + '/tinbao.cfg', self.dir + '/log'
        self.port, self.sink_down, self.samples, self.lives = free_port(), False, 0, {}
        self.faults, self.known, self.bad, self.killed = collections.Counter(), collections.Counter(), [], set()
        self.log_at, self.core, self.restart_at, self.ended_at = 0, None, 0.0, 0.0
        self.web = Web(lambda request: (503 if self.sink_down else 204, {}, b''))
        self.modems, self.modem_processes, self.people = [], [], None

    # --- the service

    def write_config(self, join_s=1800):
        lines = ', '.join('{ name = "gsm%d"; device = "%s/modem%d"; is_virtual = true; cut_pauses = true; poll_s = 5; '
                          'rate_per_minute = 600; own_number = "+8491299990%d"; }' % (i, self.dir, i, i) for i in (1, 2))
        with open(self.config, 'w') as f:
            f.write('places = "%s/places.cfg"; roster = "%s/roster.csv"; demo = true; state_dir = "%s/state";\n'
                    'balance_every_h = 0; code_digits = 5; log_level = "note"; quiet_from = "00:00"; quiet_to = "00:00";\n'
                    'restricted : { TRENGUY = [ "+84903000001" ]; BAOHANH = [ "+84903000001" ]; };\n'
                    'budget : { day_per_user = 0; }; join_window_s = %d; pin_codes = "";\n'
                    'http : { port = %d; ussd = true; secret = "%s"; };\n'
                    'webhooks = ( { name = "soak"; url = "http://127.0.0.1:%d/in"; secret = "whsec_%s"; } );\n'
                    'courier : { retry_first_s = 1; retry_cap_s = 5; };\nlines = ( %s );\n'
                    % (DEMO, DEMO, self.dir, join_s, self.port, SECRET, self.web.port, HOOK, lines))
        os.chmod(self.config, 0o600)

    def start(self):
        with open(self.log_path, 'a') as log:
            self.core = subprocess.Popen([self.tinbao, 'serve', '-c', self.config], stderr=log)

    def open(self):
        self.write_config()
        for i in (1, 2):
            link, sock = '%s/modem%d' % (self.dir, i), '%s/modem%d.sock' % (self.dir, i)
            self.modem_processes.append(subprocess.Popen(
                [self.tinbao, 'modem', '--link', link, '--control', sock, '--number', '+8491299990%d' % i],
                stdout=subprocess.DEVNULL, stderr=open('%s/modem%d.log' % (self.dir, i), 'w')))
            until('modem %d' % i, lambda p=sock: os.path.exists(p), 20)
        self.people = People(self.random, self.modems, self.port, SECRET)
        for i in (1, 2):
            self.modems.append(Modem('%s/modem%d.sock' % (self.dir, i), self.people.on_arrived))
        self.start()
        until('the service', lambda: 'gsm2: up' in open(self.log_path, errors='replace').read(), 30)

    def close(self):
        for p in [self.core] + self.modem_processes:
            if p and p.poll() is None:
                p.terminate()
                try:
                    p.wait(30)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()
                    self.bad.append('a process did not end within 30 s of SIGTERM')
        self.web.stop()

    # --- the faults

    def children(self):
        """{pid: 'line' | 'courier' | 'front'} of the core."""
        found = {}
        if self.core is None or self.core.poll() is not None:
            return found
        for entry in os.listdir('/proc'):
            if not entry.isdigit():
                continue
            try:
                with open('/proc/%s/stat' % entry) as f:
                    parent = f.read().rsplit(')', 1)[1].split()[1]
                if int(parent) != self.core.pid:
                    continue
                with open('/proc/%s/cmdline' % entry, 'rb') as f:
                    words = f.read().split(b'\0')
            except OSError:
                continue
            if len(words) > 1 and words[1] in (b'line', b'courier', b'front'):
                found[int(entry)] = words[1].decode()
        return found

    def kill_core(self):
        self.core.send_signal(signal.SIGKILL)
        self.core.wait()
        self.start()

    def kill_child(self, kind):
        pids = [pid for pid, k in self.children().items() if k == kind]
        if not pids:
            return False
        os.kill(self.random.choice(pids), signal.SIGKILL)
        return True

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
        self.sink_down = not self.sink_down
        return self.sink_down

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

    back_on = None

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
        if all_of_it:
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
            if rss > CAP_KB[kind]:
                self.bad.append('%s has %d KB' % (kind, rss))

    def read_log(self):
        with open(self.log_path, errors='replace') as f:
            f.seek(self.log_at)
            while True:
                at = f.tell()
                line = f.readline()
                if not line.endswith('\n'):
                    self.log_at = at
                    return
                self.judge(line.rstrip('\n'))

    def judge(self, line):
        if FOREIGN.search(line):
            self.bad.append('a fault of memory or logic: ' + line)
        elif re.match(r'[a-z]+( gsm\d)?: (warning|error): ', line):
            for name, pattern in KNOWN:
                if re.search(pattern, line):
                    self.known[name] += 1
                    break
            else:
                self.bad.append('not a known kind of line: ' + line)
            signal_ = re.search(r'died by signal (\d+)', line)
            if signal_ and signal_.group(1) != '9':
                self.bad.append('a child died of itself: ' + line)
        elif not re.match(r'[a-z]+( gsm\d)?: ', line):
            self.bad.append('not a line of the log: ' + line)

    def look_after(self):
        if self.core.poll() is not None:
            self.bad.append('the core ended by itself, status %d' % self.core.returncode)
            self.start()
        self.read_log()

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

    def left(self):
        """What has not come to its end, as words; '' when all has."""
        with_file = sqlite3.connect('file:%s/state/tinbao.db?mode=ro' % self.dir, uri=True, timeout=10)
        try:
            one = lambda sql: with_file.execute(sql).fetchone()[0]
            counts = {
                'sending': one("SELECT COUNT(*) FROM outbox WHERE state = 'sending'"),
                'queued': one("SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND priority <= 2"),
                'uncertain': one("SELECT COUNT(*) FROM outbox WHERE state = 'uncertain' AND resend = 1"),
                'events': one("SELECT COUNT(*) FROM delivery WHERE state IN ('queued', 'sending')"),
                'in the network': sum(int(m.ask('held').split()[1]) for m in self.modems),
                'texts without a row': self.people.texts - self.rows(with_file),
            }
        finally:
            with_file.close()
        return ', '.join('%d %s' % (n, what) for what, n in counts.items() if n > 0)

    @staticmethod
    def rows(db):
        return db.execute("SELECT COUNT(*) FROM message WHERE smsc_ms <> 0").fetchone()[0]

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

    def compare(self):
        db = sqlite3.connect('file:%s/state/tinbao.db?mode=ro' % self.dir, uri=True)
        rows = self.rows(db)
        if rows != self.people.texts:
            self.bad.append('%d texts were sent, %d rows' % (self.people.texts, rows))
        self.dispositions = dict(db.execute('SELECT disposition, COUNT(*) FROM message GROUP BY disposition'))
        if self.dispositions.get('failed') or '' in self.dispositions:
            self.bad.append('without a proper disposition: %s' % self.dispositions)
        calls = db.execute('SELECT COUNT(*) FROM message WHERE smsc_ms = 0').fetchone()[0]
        if calls > self.people.calls:
            self.bad.append('%d calls, %d rows' % (self.people.calls, calls))
        held = collections.Counter()
        for (text,) in db.execute('SELECT text FROM incident UNION ALL SELECT text FROM report'):
            found = re.search(r'het (\d+)$', text)
            if found:
                held[int(found.group(1))] += 1
        self.lost = self.people.tokens - len(held)
        self.doubled = sum(1 for n in held.values() if n > 1)
        self.incidents = db.execute('SELECT COUNT(*) FROM incident').fetchone()[0]
        db.close()
        if self.lost or self.doubled:
            missing = sorted(set(range(1, self.people.tokens + 1)) - set(held))[:10]
            self.bad.append('%d reports lost %s, %d doubled' % (self.lost, missing, self.doubled))

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
            if rise > FLAT['rise_kb'] or fds > FLAT['fds'] or (lived >= FLAT['slope_from_s'] and slope > FLAT['slope_kb_h']):
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
        print('soak: %d incidents, %d reports of them told apart, %d lost, %d doubled, drained in %.0f s'
              % (s.incidents, s.people.tokens, s.lost, s.doubled, s.drained_s))
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
