#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The faults that people make: wrong PINs, a lost phone, forged senders, a rota that nobody reaches (conversations of
tests/scenarios, through libgammu and the virtual modem, on the player's clock), and NHAN in the very moment of an
alert's next step (a real service on the real clock). Prank floods are in flood.c. One line a fault, as
scripts/faults reads it. The time of a conversation is what passes on its clock between the lines '# fault begins' (or
'# fault ends', where it lasts for hours) and '# recovered'; what stands after the second shows that all is well again.

usage: tests/faults/people_faults.py TINBAO
"""
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time

from courier_sinks import Failure, until
from soak_box import Box

SCENARIOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scenarios')
PLAYS = [
    ('five-wrong-pins', ['spoofed/five_pins'], 'locked for an hour and told; the right one opens nothing meanwhile'),
    ('lost-phone-revoked', ['lost/leader_first', 'lost/officer_first', 'lost/leaders_phone', 'lost/officers_phone',
                            'lost/wrong_people', 'lost/too_late', 'lost/console', 'lost/restart'],
     'no rights, no alerts, no word that tells so'),
    ('spoofed-officer', ['spoofed/officer', 'spoofed/member', 'spoofed/sos_flood'], 'nothing taken, the alert climbs'),
    ('rota-unreachable', ['spoofed/rota_unreachable', 'alerts/reach_all'], 'goes on for hours; the first phone back ends it'),
]
SECONDS = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}


def tell(name, ok, seconds, what):
    print('fault: people %s: %s, recovered in %.1f s: %s' % (name, 'ok' if ok else 'FAILED', seconds, what), flush=True)
    return ok


def lasts(path):
    """What passes on the script's clock between its two marks, in seconds."""
    total, on = 0.0, False
    with open(path) as f:
        for line in f:
            if line.startswith(('# fault begins', '# fault ends')):
                on = True
            elif line.startswith('# recovered'):
                on = False
            elif on and line.startswith('wait '):
                total += sum(float(n) * SECONDS[unit] for n, unit in re.findall(r'(\d+)([smhd])', line))
    return total


def plays(tinbao, name, files, what):
    took, wrong = 0.0, ''
    for f in files:
        path = os.path.join(SCENARIOS, f + '.play')
        own = os.path.join(os.path.dirname(path), 'tinbao.cfg')
        config = own if os.path.exists(own) else os.path.join(SCENARIOS, '..', '..', 'config', 'demo', 'tinbao.cfg')
        r = subprocess.run([tinbao, 'play', '--modem', '-c', config, path], capture_output=True, text=True, timeout=300)
        took = max(took, lasts(path))
        if r.returncode != 0:
            wrong += ' %s: %s' % (f, ' '.join((r.stdout + r.stderr).split())[:300])
    return tell(name, not wrong, took, wrong.strip() or what)


class Race(Box):
    """Each alert repeats ten seconds after its first; the NHAN comes within a few tenths of that."""
    n_lines, rounds, each = 1, 2, 10
    more_config = 'alert_repeat_s = [ 10, 10, 10, 10, 10 ]; reach_after_s = 3600;\n'

    def __init__(self, tinbao):
        super().__init__(tinbao, 20261112, os.environ.get('TMPDIR') or '/var/tmp')
        self.heard = []

    def on_arrived(self, phone, text):
        self.heard.append((time.monotonic(), phone, text))

    def run(self):
        self.write_config(0)
        self.open()
        self.modems[0].on_arrived = self.on_arrived
        for i in range(self.rounds):
            self.one_round(i)
        time.sleep(12)  # what repeats would do so now
        self.close()
        self.read_log()
        return self.judge_all()

    def write_config(self, join_s=0):
        super().write_config(0)

    def code_of(self, phone, since):
        for at, who, text in self.heard[since:]:
            found = re.match(r'Da nhan vu (\d+)', text)
            if who == phone and found:
                return found.group(1)
        return None

    def one_round(self, n):
        due = []
        for i in range(self.each):
            since, phone = len(self.heard), '+849120000%02d' % (1 + i)
            self.modems[0].ask('text %s BC man de danh nhau o cau so %d' % (phone, n * 100 + i))
            code = until('the confirmation', lambda p=phone, s=since: self.code_of(p, s), 20)
            due.append((time.monotonic() + 10 + self.random.uniform(-0.6, 0.3), code))
        self.acks = getattr(self, 'acks', []) + [code for _, code in due]
        for at, code in due:
            time.sleep(max(0.0, at - time.monotonic()))
            self.heard.append((time.monotonic(), 'sent', code))
            self.modems[0].ask('text +84903000001 NHAN ' + code)
        time.sleep(2)

    def judge_all(self):
        slowest, climbed, after, unanswered = 0.0, 0, 0, 0
        for code in self.acks:
            sent = next(at for at, who, text in self.heard if who == 'sent' and text == code)
            mine = [at for at, who, text in self.heard if who == '+84903000001' and text.startswith('Ban da nhan vu ' + code)]
            alerts = [at for at, who, text in self.heard if re.match(r'(NHAC LAN \d+.*)?VU %s ' % code, text)]
            unanswered += len(mine) != 1
            if mine:
                slowest = max(slowest, mine[0] - sent)
                after += any(at > mine[0] for at in alerts)
            climbed += len({text for _, _, text in self.heard if text.startswith('NHAC LAN') and code in text}) > 0
        db = sqlite3.connect('file:%s/state/tinbao.db?mode=ro' % self.dir, uri=True)
        acked = db.execute("SELECT COUNT(*) FROM incident WHERE state = 'acked'").fetchone()[0]
        late = db.execute("SELECT COUNT(*) FROM outbox o JOIN incident i ON i.id = o.incident_id WHERE o.body LIKE 'NHAC LAN%' "
                          "AND o.created_ms > i.acked_ms").fetchone()[0]
        db.close()
        n = len(self.acks)
        ok = not (after or unanswered or late or self.bad) and acked == n
        return ok, slowest, '%d races, NHAN won %d, the step won %d: %d alerts after a confirmed NHAN, %d written after it, ' \
            '%d not answered once, %d taken%s' % (n, n - climbed, climbed, after, late, unanswered, acked,
                                                 '; ' + '; '.join(self.bad[:3]) if self.bad else '')


def race(tinbao):
    r = Race(tinbao)
    try:
        ok, seconds, what = r.run()
    except (Failure, OSError, sqlite3.Error) as e:
        r.close()
        ok, seconds, what = False, 0.0, '%s, kept in %s' % (e, r.dir)
    if ok:
        shutil.rmtree(r.dir, ignore_errors=True)
    return tell('nhan-races-escalation', ok, seconds, what)


def main():
    tinbao = os.path.abspath(sys.argv[1])
    results = [plays(tinbao, *p) for p in PLAYS] + [race(tinbao)]
    print('people_faults: %d passed, %d failed' % (sum(results), len(results) - sum(results)))
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
