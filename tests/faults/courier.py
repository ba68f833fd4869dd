#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Webhooks, mail and the spare line against a real HTTP server and a real SMTP sink: signatures
checked by openssl, an hour without the server, kills and restarts in between, redirects, bad
certificates, slow and endless answers, dead letters. Closes with "N passed, N failed".

usage: tests/faults/courier.py TINBAO [quick | NAME...]     (quick: the part for make test)
"""
import base64
import email
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from courier_sinks import Failure, Mail, Web, certificate, check, free_port, until

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, '..', '..', 'config', 'demo')
SECRET = base64.b64encode(bytes(range(32))).decode()
TINBAO = ''
BOXES = []


def check_signature(request):
    """By openssl, not by anything of ours."""
    h = request['headers']
    signed = ('%s.%s.' % (h['webhook-id'], h['webhook-timestamp'])).encode() + request['body']
    out = subprocess.run(['openssl', 'dgst', '-sha256', '-mac', 'HMAC', '-macopt', 'hexkey:' + bytes(range(32)).hex(),
                          '-binary'], input=signed, check=True, capture_output=True).stdout
    check(h['webhook-signature'] == 'v1,' + base64.b64encode(out).decode(), 'signature of ' + h['webhook-id'])
    check(h['content-type'] == 'application/json', 'content type ' + h['content-type'])


# --- the service ------------------------------------------------------------------------------


class Box:
    """A directory with a config, and what runs in it."""

    def __init__(self, folder, settings):
        BOXES.append(self)
        self.dir = tempfile.mkdtemp(dir=folder)
        self.serve = self.modem = None
        self.config = os.path.join(self.dir, 'tinbao.cfg')
        self.write(settings)

    def write(self, settings):
        with open(self.config, 'w') as f:
            f.write('places = "%s/places.cfg"; roster = "%s/roster.csv"; demo = true; state_dir = "%s/state";\n'
                    'balance_every_h = 0; service_name = "CA xa Demo";\n'
                    'lines = ( { name = "gsm1"; device = "%s/modem"; is_virtual = true; } );\n%s\n'
                    % (DEMO, DEMO, self.dir, self.dir, settings))
        os.chmod(self.config, 0o600)

    def start_modem(self):
        self.modem = subprocess.Popen([TINBAO, 'modem', '--link', self.dir + '/modem', '--control',
                                       self.dir + '/modem.sock'], stdout=subprocess.DEVNULL)
        until('the modem', lambda: os.path.exists(self.dir + '/modem'))

    def start(self):
        with open(self.dir + '/log', 'a') as log:
            self.serve = subprocess.Popen([TINBAO, 'serve', '-c', self.config], stderr=log)
        until('the service', lambda: self.status())

    def log(self):
        with open(self.dir + '/log', errors='replace') as f:
            return f.read()

    def ask(self, *args):
        return subprocess.run([TINBAO, 'courier', '-c', self.config] + list(args), capture_output=True, text=True)

    def status(self):
        r = subprocess.run([TINBAO, 'status', '-c', self.config, '--json'], capture_output=True, text=True)
        return json.loads(r.stdout) if r.stdout.startswith('{') else None

    def test_events(self, n):
        for _ in range(n):
            check(self.ask('--test').returncode == 0, 'courier --test')

    def kill(self):
        self.serve.kill()
        self.serve.wait()

    def stop(self):
        for p in (self.serve, self.modem):
            if p and p.poll() is None:
                p.terminate()
                try:
                    p.wait(20)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()

    def quit(self):
        self.serve.terminate()
        return self.serve.wait(20)

    def play(self, text, *options):
        path = os.path.join(self.dir, 'a.play')
        with open(path, 'w') as f:
            f.write(text)
        r = subprocess.run([TINBAO, 'play', '-c', self.config, *options, path], capture_output=True, text=True,
                           timeout=300)
        check(r.returncode == 0, 'the play: ' + r.stdout + r.stderr)


def hook(url, extra=''):
    return 'webhooks = ( { name = "a"; url = "%s"; secret = "whsec_%s"; %s } );\n' % (url, SECRET, extra)


def ids(requests):
    return [r['headers']['webhook-id'] for r in requests]


def types(requests):
    return [json.loads(r['body'])['type'] for r in requests]


# --- the cases --------------------------------------------------------------------------------


def incidents_are_told_and_signed(folder):
    web = Web()
    box = Box(folder, hook('http://127.0.0.1:%d/in' % web.port))
    box.play('''at 2026-11-12 21:05
+84912000001 > BC man de trom mat xe goi so 0912 345 678
+84912000001 < /Da nhan vu (?<ma>[0-9]{5})/
+84903000001 > NHAN {ma}
+84903000001 > XONG {ma} xong
+84912000001 > SOS
+84912000001 < skip
+84912000001 > ANTOAN
+84912000001 > TIN man de co danh bac o quan nuoc
+84912000001 > BC man de bao hanh danh vo
wait 1m
ignore the rest
''')
    got = web.taken()
    for r in got:
        check_signature(r)
    check(sorted(types(got)) == sorted(['service.alive', 'incident.created', 'incident.acked', 'incident.closed',
                                        'sos.raised', 'sos.safe', 'tip.received']), 'events: %s' % types(got))
    check(len(set(ids(got))) == len(got), 'one id an event')
    data = {json.loads(r['body'])['type']: json.loads(r['body'])['data'] for r in got}
    text = json.dumps(data, ensure_ascii=False)
    check('345 678' not in text and '345678' not in text and '8491200' not in text and '8490300' not in text, 'numbers are masked: ' + text)
    check(list(data['tip.received']) == ['code'], 'a tip is its code: %s' % data['tip.received'])
    check(data['incident.acked']['by'] == 'area_officer', 'who took it')
    check('BAOHANH' not in text and 'danh vo' not in text, 'a restricted kind is not told')
    web.stop()


def numbers_and_restricted_as_the_config_allows(folder):
    web = Web()
    box = Box(folder, hook('http://127.0.0.1:%d/in' % web.port,
                           'numbers = true; restricted = true; events = [ "incident.created" ];'))
    box.play('''at 2026-11-12 21:05
+84912000001 > BC man de bao hanh danh vo
+84912000001 > BC man de trom mat xe, goi 0988777666
+84912000090 > BC man de danh bac o quan
wait 1m
ignore the rest
''')
    data = [json.loads(r['body'])['data'] for r in web.taken()]
    check(len(data) == 3, 'three reports, %d events' % len(data))
    bare = [d for d in data if list(d) == ['code']]
    check(len(bare) == 1, 'the restricted one is its code alone: %s' % data)
    check(sorted(d.get('reporter_phone', '') for d in data) == ['', '', '+84912000001'], 'phones: %s' % data)
    check('988777' not in json.dumps(data) and '12000090' not in json.dumps(data), 'no other number: %s' % data)
    web.stop()


def an_hour_without_the_server_loses_nothing(folder):
    """The server answers 503 until an hour of the player's time has passed; the core is killed twice."""
    first = []

    def judge(request):
        at = int(request['headers']['webhook-timestamp'])
        first.append(at)
        return (503 if at < min(first) + 3600 else 204), {}, b''

    web = Web(judge)
    box = Box(folder, hook('http://127.0.0.1:%d/in' % web.port))
    reports = ''.join('+8491200000%d > BC man de co bac lan %d\nwait 7m\n%s' %
                      (i % 3 + 1, i, 'restart\n' if i in (2, 4) else '') for i in range(8))
    box.play('at 2026-11-12 20:00\n' + reports + 'restart at committed\n+84912000001 > BC man de cuop o cho\n'
             'wait 30m\nignore the rest\n')
    taken, all_of_them = web.taken(), web.all()
    created = [r for r in taken if types([r]) == ['incident.created']]
    check(len(set(ids(created))) == len(created), 'each taken once')
    check(set(ids(all_of_them)) == set(ids(taken)), 'each that was tried was taken in the end')
    check(len(all_of_them) > len(taken), 'it was down')
    bodies = {}
    for r in all_of_them:
        check_signature(r)
        check(bodies.setdefault(r['headers']['webhook-id'], r['body']) == r['body'], 'the same body at each try')
    joined = 8  # the reports of one kind and place join within half an hour: what is new, and the robbery
    check(2 <= len(created) <= joined + 1, '%d created' % len(created))
    web.stop()


def refused_connections_and_kills_lose_nothing(folder):
    port = free_port()
    box = Box(folder, hook('http://127.0.0.1:%d/in' % port, 'events = [ "service.test" ];') +
              'courier : { retry_first_s = 1; retry_cap_s = 2; };')
    box.start_modem()
    box.start()
    box.test_events(10)
    until('a failure in the log', lambda: 'tried again' in box.log())
    box.kill()
    box.start()
    box.test_events(10)
    os.kill(until('the courier', lambda: box.status()['courier']['pid']), signal.SIGKILL)
    box.test_events(5)
    web = Web(port=port)
    until('25 events', lambda: len(set(ids(web.taken()))) >= 25)
    time.sleep(3)
    got = web.taken()
    check(len(set(ids(got))) == 25, '25 events, %d came' % len(set(ids(got))))
    check(len(got) <= 27, 'hardly any twice: %d' % len(got))
    for r in got:
        check_signature(r)
    check(box.quit() == 0, 'it ends in order')
    box.stop()
    web.stop()


def certificates_are_checked(folder):
    good, crt = certificate(folder, '127.0.0.1')
    other, other_crt = certificate(folder, 'tinh.example')
    web, wrong = Web(context=good), Web(context=other)
    url, wrong_url = 'https://127.0.0.1:%d/in' % web.port, 'https://127.0.0.1:%d/in' % wrong.port
    box = Box(folder, 'webhooks = ( { name = "good"; url = "%s"; secret = "whsec_%s"; ca_file = "%s"; },\n'
              '{ name = "unknown"; url = "%s"; secret = "whsec_%s"; },\n'
              '{ name = "misnamed"; url = "%s"; secret = "whsec_%s"; ca_file = "%s"; } );\n'
              'courier : { retry_first_s = 1; alive_every_h = 0; };'
              % (url, SECRET, crt, url, SECRET, wrong_url, SECRET, other_crt))
    box.start_modem()
    box.start()
    box.test_events(1)
    until('the good one', lambda: web.taken())
    until('the unknown authority', lambda: re.search(r'webhook unknown: .*certificate', box.log()))
    until('the other name', lambda: re.search(r'webhook misnamed: .*(subject|certificate)', box.log()))
    check(len(web.all()) == 1 and not wrong.all(), 'nothing went to whom we do not know')
    box.stop()
    web.stop()
    wrong.stop()


def redirects_slow_and_endless_answers(folder):
    def endless():
        for _ in range(100000):
            yield b'x' * 65536

    def slow():
        time.sleep(8)
        yield b''

    def judge(request):
        where = request['path']
        if where == '/away':
            return 302, {'Location': 'http://127.0.0.1:%d/target' % web.port}, b''
        if where == '/gone':
            return 410, {}, b''
        if where == '/slow':
            time.sleep(8)
        return 200, {}, endless() if where == '/endless' else b'ok'

    web = Web(judge)
    names = ['away', 'gone', 'slow', 'endless']
    box = Box(folder, 'webhooks = ( %s );\ncourier : { retry_first_s = 3600; retry_cap_s = 3600; timeout_s = 2; '
              'alive_every_h = 0; };'
              % ','.join('{ name = "%s"; url = "http://127.0.0.1:%d/%s"; secret = "whsec_%s"; }'
                         % (n, web.port, n, SECRET) for n in names))
    box.start_modem()
    box.start()
    box.test_events(1)
    until('the redirect is refused', lambda: 'HTTP 302: it redirects' in box.log())
    until('the slow one is left', lambda: re.search(r'webhook slow: .*(timed out|Timeout)', box.log()))
    until('the one that is gone is given up', lambda: re.search(r'webhook gone: .*HTTP 410; given up', box.log()))
    until('the endless one', lambda: any(r['path'] == '/endless' for r in web.all()))
    time.sleep(1)
    check('/target' not in [r['path'] for r in web.all()], 'the redirect was followed')
    check('endless:' not in box.log(), 'an answer without end is cut off, and counts')
    dead = box.ask('--dead').stdout
    check(dead.count('\n') == 1 and 'gone' in dead and 'HTTP 410' in dead, 'dead letters: ' + dead)
    check(box.status()['courier']['dead'] == 1, 'status counts it')
    check('1 tried again' in box.ask('--retry', dead.split()[0]).stdout, '--retry')
    until('it is tried again', lambda: [r['path'] for r in web.all()].count('/gone') == 2)
    check(box.ask('--retry', '99999').returncode == 1, 'there is no such letter')
    box.stop()
    web.stop()


def mails_go_by_tls_to_each(folder):
    good, crt = certificate(folder, 'localhost')
    sink = Mail(good, refuse='ai@example.vn')
    secret = os.path.join(folder, 'password')
    with open(secret, 'w') as f:
        f.write('bi-mat\n')
    os.chmod(secret, 0o600)
    box = Box(folder, 'mail : { url = "smtp://localhost:%d"; from = "tinbao@example.vn"; user = "tinbao"; '
              'to = [ "truong@example.vn", "pho@example.vn", "ai@example.vn" ]; password_file = "%s"; ca_file = "%s"; '
              '};\ncourier : { retry_first_s = 1; alarm_after_s = 30; };' % (sink.port, secret, crt))
    box.start_modem()
    box.start()
    box.test_events(1)
    until('two mails', lambda: len(sink.got) == 2)
    until('the third is given up', lambda: 'given up' in box.log())
    check(sorted(to for to, _ in sink.got) == ['pho@example.vn', 'truong@example.vn'], 'recipients')
    m = email.message_from_bytes(sink.got[0][1])
    check(m['Subject'] == '[tinbao] thu' and 'thu duong gui' in m.get_payload(decode=True).decode(), 'the mail')
    check(re.match(r'<msg_[0-9a-f]{32}@example.vn>$', m['Message-ID']), 'Message-ID ' + m['Message-ID'])
    check(sink.clear_text == 0, 'nothing in clear')
    check('example.vn' not in re.sub(r'tinbao.cfg.*', '', box.log()), 'no address in the log')
    # the modem dies: told by mail
    until('the line', lambda: 'gsm1: up' in box.log())
    box.modem.kill()
    box.modem.wait()
    alarm = until('the alarm', lambda: [raw for _, raw in sink.got[2:]], 90)
    subject = email.message_from_bytes(alarm[0])['Subject']
    check('gsm1' in subject and 'modem khong tra loi' in subject, 'subject: ' + subject)
    check([t for t in box.status()['troubles'] if t['what'] == 'line gsm1'], 'status names it')
    n = len(sink.got)
    box.start_modem()
    over = until('the end of it', lambda: [raw for _, raw in sink.got[n:]], 90)
    check('Da het' in email.message_from_bytes(over[0])['Subject'], 'mended')
    box.stop()
    sink.stop()


def the_spare_line_stands_in(folder):
    """The modem is unplugged while an SOS is open: its repeat goes by the provider, once."""
    def judge(request):
        return 200, {}, b'{"status":"ok"}'

    web = Web(judge)
    box = Box(folder, 'spare : { url = "http://127.0.0.1:%d/sms"; success = "\\"ok\\""; secret = "k-1"; daily_max = 40;'
              ' headers = [ "Authorization: Bearer {secret}" ];'
              ' body = "{\\"to\\":\\"{number}\\",\\"text\\":\\"{text}\\",\\"ref\\":\\"{id}\\"}"; };\n' % web.port)
    box.play('''at 2026-11-12 21:05
+84912000001 > SOS "cuu" voi
+84912000001 < skip
+84903000002 < skip
wait 10s
modem unplug
wait 4m
modem ok
wait 1m
ignore the rest
''', '--modem')
    got = web.all()
    check(got, 'nothing came by the spare line')
    bodies = [json.loads(r['body']) for r in got]
    check(all(r['headers']['authorization'] == 'Bearer k-1' for r in got), 'the secret')
    check(any(b['to'] == '0903000002' and 'SOS' in b['text'] for b in bodies), 'the duty desk: %s' % bodies)
    check(len(set(b['ref'] for b in bodies)) == len(bodies), 'no text twice')
    web.stop()


def what_was_not_delivered_goes_by_the_spare_line(folder):
    """Alerts alone, within the day's bound, and once also over a kill of the core."""
    web = Web()
    box = Box(folder, 'spare : { url = "http://127.0.0.1:%d/sms?to={number}&t={text}"; method = "GET"; daily_max = 2; '
              'number = "plain"; };\n' % web.port)
    box.play('''at 2026-11-12 21:05
modem cms=28
+84912000001 > BC man de danh nhau o cho & dinh
wait 5s
restart
wait 20s
modem ok
wait 1m
ignore the rest
''', '--modem')
    got = [r['path'] for r in web.all()]
    check(len(got) == 2 and len(set(got)) == 2, 'two alerts, the bound of the day, each once: %s' % got)
    for path in got:
        check(re.match(r'/sms\?to=84[0-9]{9}&t=VU%20[0-9]{5}%20DANH[^ &]*cho%20%26%20dinh', path), 'escaped: ' + path)
    web.stop()


def a_dead_line_is_told_and_its_end(folder):
    web = Web()
    box = Box(folder, hook('http://127.0.0.1:%d/in' % web.port, 'events = [ "line.*", "service.alive" ];'))
    box.play('''at 2026-11-12 21:05
wait 1m
modem unplug
wait 3m
modem ok
wait 5m
modem unplug
wait 4m
restart
wait 4m
wait 1h
modem ok
wait 5m
wait 1d
ignore the rest
''', '--modem')
    got = web.taken()
    lines = [json.loads(r['body']) for r in got if types([r]) != ['service.alive']]
    check([e['type'] for e in lines] == ['line.down', 'line.up'], 'told once, and its end: %s' % lines)
    check(lines[0]['data']['line'] == 'gsm1' and 'modem khong tra loi' in lines[0]['data']['text'], 'words: %s' % lines)
    check(types(got).count('service.alive') == 2, 'a sign of life a day: %s' % types(got))
    web.stop()


def digests_go_to_the_office(folder):
    good, crt = certificate(folder, 'localhost')
    sink, web = Mail(good), Web()
    box = Box(folder, hook('http://127.0.0.1:%d/in' % web.port, 'events = [ "digest" ];') +
              'mail : { url = "smtp://localhost:%d"; from = "tinbao@example.vn"; user = "tinbao"; password = "bi-mat"; '
              'to = [ "truong@example.vn" ]; ca_file = "%s"; };\n' % (sink.port, crt))
    box.play('''at 2026-11-12 21:05
+84912000001 > BC man de co bac o quan nuoc
+84912000001 > BC man de bao hanh danh vo
at 2026-11-13 05:29
restart
wait 10m
restart
wait 1h
ignore the rest
''')
    digests = [json.loads(r['body']) for r in web.taken()]
    check(len(digests) == 1 and digests[0]['data']['period'] == 'night', 'one digest: %s' % digests)
    check(len(sink.got) == 1, '%d mails' % len(sink.got))
    m = email.message_from_bytes(sink.got[0][1])
    text = m.get_payload(decode=True).decode()
    check(text == digests[0]['data']['text'] and 'COBAC' in text and 'BAOHANH' not in text, 'digest: ' + text)
    check(m['Message-ID'] == '<digest-night-2026-11-12@example.vn>', m['Message-ID'])
    check(web.taken()[0]['headers']['webhook-id'] == 'digest-night-2026-11-12', 'its id')
    sink.stop()
    web.stop()


CASES = [incidents_are_told_and_signed, numbers_and_restricted_as_the_config_allows,
         an_hour_without_the_server_loses_nothing, certificates_are_checked, redirects_slow_and_endless_answers,
         refused_connections_and_kills_lose_nothing, mails_go_by_tls_to_each, the_spare_line_stands_in,
         what_was_not_delivered_goes_by_the_spare_line, a_dead_line_is_told_and_its_end, digests_go_to_the_office]
QUICK = CASES[:4] + CASES[-3:]


def main():
    global TINBAO
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    TINBAO = os.path.abspath(sys.argv[1])
    names = sys.argv[2:]
    cases = QUICK if names == ['quick'] else [c for c in CASES if not names or c.__name__ in names]
    folder = tempfile.mkdtemp(prefix='tinbao-courier-')
    os.environ.pop('http_proxy', None)
    passed = failed = 0
    for case in cases:
        began = time.monotonic()
        here = tempfile.mkdtemp(dir=folder)
        try:
            case(here)
            passed += 1
            print('ok      %s, %.1f s' % (case.__name__, time.monotonic() - began))
        except (Failure, subprocess.SubprocessError, OSError, ValueError, KeyError) as e:
            failed += 1
            print('FAILED  %s: %s' % (case.__name__, e))
            for root, _, files in os.walk(here):
                if 'log' in files:
                    with open(os.path.join(root, 'log'), errors='replace') as f:
                        print(f.read()[-3000:])
        for box in BOXES:
            box.stop()
        BOXES.clear()
    shutil.rmtree(folder, ignore_errors=True)
    print('courier: %d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
