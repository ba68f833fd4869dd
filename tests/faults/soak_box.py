# SPDX-License-Identifier: GPL-2.0-or-later
"""The service of soak.py and mixed_kills.py: a core with two lines on virtual modems, a courier with a webhook, HTTP
sessions, in a directory of its own; its children, its log line by line, what its database says in the end."""
import collections
import os
import random
import re
import signal
import sqlite3
import subprocess
import tempfile
import time

from courier_sinks import Web, free_port, until
from soak_people import Modem, People

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, '..', '..', 'config', 'demo')
SECRET, HOOK = 'soak' * 8, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

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


class Box:
    n_lines = 2
    more_config = ''

    def __init__(self, tinbao, seed, folder):
        self.tinbao, self.seed, self.random = tinbao, seed, random.Random(seed)
        self.dir = tempfile.mkdtemp(prefix='tinbao-soak-', dir=folder)
        self.config, self.log_path = self.dir + '/tinbao.cfg', self.dir + '/log'
        self.port, self.sink_down = free_port(), False
        self.known, self.bad = collections.Counter(), []
        self.log_at, self.core = 0, None
        self.web = Web(lambda request: (503 if self.sink_down else 204, {}, b''))
        self.modems, self.modem_processes, self.people = [], [], None

    # --- the service

    def write_config(self, join_s=1800):
        lines = ', '.join('{ name = "gsm%d"; device = "%s/modem%d"; is_virtual = true; cut_pauses = true; poll_s = 5; '
                          'rate_per_minute = 600; own_number = "+8491299990%d"; }' % (i, self.dir, i, i) for i in range(1, self.n_lines + 1))
        with open(self.config, 'w') as f:
            f.write('places = "%s/places.cfg"; roster = "%s/roster.csv"; demo = true; state_dir = "%s/state";\n'
                    'balance_every_h = 0; code_digits = 5; log_level = "note"; quiet_from = "00:00"; quiet_to = "00:00";\n'
                    'restricted : { TRENGUY = [ "+84903000001" ]; BAOHANH = [ "+84903000001" ]; };\n'
                    'budget : { day_per_user = 0; }; join_window_s = %d; pin_codes = "";\n'
                    'http : { port = %d; ussd = true; secret = "%s"; };\n'
                    'webhooks = ( { name = "soak"; url = "http://127.0.0.1:%d/in"; secret = "whsec_%s"; } );\n'
                    'courier : { retry_first_s = 1; retry_cap_s = 5; };\nlines = ( %s );\n%s'
                    % (DEMO, DEMO, self.dir, join_s, self.port, SECRET, self.web.port, HOOK, lines, self.more_config))
        os.chmod(self.config, 0o600)

    def start(self):
        with open(self.log_path, 'a') as log:
            self.core = subprocess.Popen([self.tinbao, 'serve', '-c', self.config], stderr=log)

    def open(self):
        self.write_config()
        for i in range(1, self.n_lines + 1):
            link, sock = '%s/modem%d' % (self.dir, i), '%s/modem%d.sock' % (self.dir, i)
            self.modem_processes.append(subprocess.Popen(
                [self.tinbao, 'modem', '--link', link, '--control', sock, '--number', '+8491299990%d' % i],
                stdout=subprocess.DEVNULL, stderr=open('%s/modem%d.log' % (self.dir, i), 'w')))
            until('modem %d' % i, lambda p=sock: os.path.exists(p), 20)
        self.people = People(self.random, self.modems, self.port, SECRET)
        for i in range(1, self.n_lines + 1):
            self.modems.append(Modem('%s/modem%d.sock' % (self.dir, i), self.people.on_arrived))
        self.start()
        until('the service', lambda: 'gsm%d: up' % self.n_lines in open(self.log_path, errors='replace').read(), 30)

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

    # --- its processes

    def children(self):
        """{pid: 'line' | 'courier' | 'front'} of the core."""
        found = {}
        if self.core is None or self.core.poll() is not None:
            return found
        try:
            with open('/proc/%d/task/%d/children' % (self.core.pid, self.core.pid)) as f:
                pids = f.read().split()
        except OSError:
            return found
        for entry in pids:
            try:
                with open('/proc/%s/cmdline' % entry, 'rb') as f:
                    words = f.read().split(b'\0')
            except OSError:
                continue  # it ended between two looks
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

    # --- what is looked at

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
        held = self.numbered(db.execute('SELECT text FROM incident UNION ALL SELECT text FROM report'))
        missing = sorted(self.people.sent - set(held) - self.people.loose)
        self.lost = len(missing)
        self.doubled = sum(1 for n in held.values() if n > 1)
        twice = [n for n, times in self.numbered(db.execute('SELECT body FROM message')).items() if times > 1]
        told = self.people.codes
        self.unconfirmed = [code for (code,) in db.execute(
            "SELECT code FROM incident WHERE form IN ('incident', 'sos') AND user_id IS NOT NULL") if code not in told]
        self.incidents = db.execute('SELECT COUNT(*) FROM incident').fetchone()[0]
        db.close()
        if self.lost or self.doubled or twice or self.unconfirmed:
            self.bad.append('%d reports lost %s, %d in two incidents, %d texts in two rows, %d reports never confirmed %s' % (
                self.lost, missing[:10], self.doubled, len(twice), len(self.unconfirmed), self.unconfirmed[:10]))

    @staticmethod
    def numbered(rows):
        """How often each numbered text stands there."""
        held = collections.Counter()
        for (text,) in rows:
            found = re.search(r'het (\d+)$', text)
            if found:
                held[int(found.group(1))] += 1
        return held
