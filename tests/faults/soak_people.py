# SPDX-License-Identifier: GPL-2.0-or-later
"""Who texts in soak.py, and how: two virtual modems by their control sockets, the phones behind them, and a mix
of everything that a commune sends. Phones answer what they get: an officer says NHAN and XONG, a reporter
answers a question. What was sent is counted, since each text must be a row in the end."""
import heapq
import queue
import re
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

OFFICERS = ['+84903000001', '+84903000003', '+84903000004', '+84903000002', '+84903000005']
DUTY = ['+84903000002', '+84903000005']
CHIEF = '+84909000001'
TEAM = ['+849120000%02d' % i for i in range(1, 26)]
LEADERS = ['+84912000002', '+84912000005', '+84912000008', '+84912000011']
STRANGERS = ['+84912007%03d' % i for i in range(400)]
VILLAGES = ['man de', 'kim lan', 'dong trinh', 'hoa loc', 'tdp 2', 'tdp 3', 'Mạn Đê', 'Kim Lân']
LOW_KINDS = ['co bac', 'danh bac', 'lua dao', 'cai nhau', 'lan chiem', 'cờ bạc', 'lừa đảo']
HIGH_KINDS = ['chay', 'danh nhau', 'tai nan', 'gay roi', 'cướp', 'bao hanh danh vo', 'mat tich']
WORDS = ['ở quán nước', 'sau chợ', 'nhóm thanh niên', 'nói to', 'bà con bức xúc', 'đề nghị xem giúp', 'ngoai dong', 'gan cau']
NONSENSE = ['????', 'alo ai day goi lai cho minh', 'Toi nay may gio hop vay', 'Giam gia 50% cho thue bao, soan DK gui 999',
            'Ma OTP cua quy khach la 112233', "'; DROP TABLE incident; --", '%s%n%s', '\u202eBC man de trom', '🔥🔥', 'BC', 'NHAN',
            'XONG', '*9#', '1', '4', 'KHOA', 'HUY', 'BC BC BC', 'a' * 160, '=HYPERLINK("x")']


class Modem:
    """The control socket of one `tinbao modem`: commands one at a time, events to on_arrived(phone, text)."""

    def __init__(self, path, on_arrived):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(path)
        self.answers, self.lock, self.on_arrived = queue.Queue(), threading.Lock(), on_arrived
        self.busy_until, self.fault = 0.0, 'ok'
        threading.Thread(target=self.read, daemon=True).start()
        self.ask('watch')

    def read(self):
        for raw in self.sock.makefile('rb'):
            line = raw.decode(errors='replace').rstrip('\n')
            if line.startswith('arrived '):
                _, _, phone, text = (line + ' ').split(' ', 3)
                self.on_arrived(phone, text.strip().replace('\\n', '\n'))
            elif line.startswith(('ok', 'error')):
                self.answers.put(line)

    def ask(self, line):
        with self.lock:
            self.sock.sendall(line.encode() + b'\n')
            return self.answers.get(timeout=30)

    def set_fault(self, name, until=0.0):
        good = self.ask('fault ' + name) == 'ok'
        if good and name != 'power-cycle':
            self.fault, self.busy_until = name, until
        return good


class People:
    """All phones. step() sends what is due; .texts and .calls count what was sent."""

    def __init__(self, random, modems, port, secret):
        self.random, self.modems, self.port, self.secret = random, modems, port, secret
        self.texts = self.calls = self.arrived = self.sessions = self.session_errors = 0
        self.tokens, self.taken, self.due, self.last = 0, {}, [], {}
        self.loose, self.codes = set(), set()  # numbered texts that need be no incident; codes that phones were told
        self.sent = set()  # numbered texts that a modem's network took
        self.timeout_s = 10
        self.lock = threading.Lock()
        self.quiet = False

    # what comes to a phone may lead to an answer

    def later(self, low_s, high_s, phone, text):
        with self.lock:
            heapq.heappush(self.due, (time.monotonic() + self.random.uniform(low_s, high_s), phone, text))

    def on_arrived(self, phone, text):
        self.arrived += 1
        if phone not in OFFICERS:
            self.codes.update(re.findall(r'\b\d{5,7}\b', text))
        if self.quiet:
            return
        chance = self.random.random()
        asked = re.search(r'NHAN (\d{5,7})', text)
        mine = re.match(r'Ban da nhan (?:vu|viec) (\d+)', text)
        saved = re.match(r'Da nhan (?:vu|tin) (\d+)', text)
        sos = re.match(r'DA NHAN SOS (\d+)', text)
        if asked and phone in OFFICERS and asked.group(1) not in self.taken and chance < 0.8:
            self.taken[asked.group(1)] = True
            if len(self.taken) > 5000:
                del self.taken[next(iter(self.taken))]
            self.later(1, 40, phone, 'NHAN ' + asked.group(1))
        elif mine:
            if chance < 0.5:
                self.later(2, 30, phone, 'CM ' + mine.group(1))
            self.later(40, 200, phone, 'XONG %s da xu ly' % mine.group(1))
        elif saved and re.search(r': 1 .*\?', text):
            self.later(2, 20, phone, self.random.choice(['1', '2', 'man de', '7']))
        elif sos and chance < 0.9:
            self.later(20, 90, phone, 'ANTOAN')
            self.later(30, 120, self.random.choice(DUTY), 'XONG %s an toan' % sos.group(1))
        elif saved:
            self.follow(phone, saved.group(1), chance)

    def follow(self, phone, code, chance):
        if chance < 0.08:
            self.later(5, 60, phone, 'THEM %s co 2 nguoi %s' % (code, self.token(True)))
        elif chance < 0.14:
            self.later(5, 60, phone, 'SUA %s LOAI trom' % code)
        elif chance < 0.20:
            self.later(5, 60, phone, 'HUY %s bao nham' % code)
        elif chance < 0.28:
            self.later(5, 60, phone, 'XEM ' + code)
        elif chance < 0.32:
            self.later(5, 60, self.random.choice(DUTY), 'TRALOI %s cam on, dang xem' % code)
        elif chance < 0.34:
            self.later(5, 60, self.random.choice(DUTY), 'DIEU ' + code)
        if chance < 0.9:
            self.later(120, 500, self.random.choice(DUTY), 'XONG %s da xem' % code)

    # what people send of themselves

    def token(self, loose=False):
        self.tokens += 1
        if loose:
            self.loose.add(self.tokens)
        return 'het %d' % self.tokens

    def report(self, kinds, phone, long_one=False):
        r = self.random
        words = ' '.join(r.choice(WORDS) for _ in range(r.randint(20, 60) if long_one else r.randint(1, 3)))
        return phone, 'BC %s %s %s %s' % (r.choice(VILLAGES), r.choice(kinds), words, self.token())

    def make(self):
        r = self.random
        team, stranger, duty, officer = r.choice(TEAM), r.choice(STRANGERS), r.choice(DUTY), r.choice(OFFICERS)
        code = r.choice(list(self.taken) or ['48217'])
        return r.choices([
            lambda: self.report(LOW_KINDS, team), lambda: self.report(HIGH_KINDS, team),
            lambda: self.report(LOW_KINDS, team, True), lambda: self.report(LOW_KINDS + HIGH_KINDS, stranger),
            lambda: (team, 'BC tdp 1 %s gan cho %s' % (r.choice(LOW_KINDS), self.token())),
            lambda: (r.choice([team, stranger]), 'SOS bi vay o cau ' + self.token(True)),
            lambda: (r.choice([team, stranger]), 'TIN %s co nguoi danh bac %s' % (r.choice(VILLAGES), self.token(True))),
            lambda: (team, r.choice(['VAO', 'RA', 'TUAN BD 4', 'TUAN KT', 'HUY VAO', 'SUA VAO 21h', 'DULIEU', 'HD', 'HD BC'])),
            lambda: (r.choice(LEADERS), r.choice(['LOA man de 15 pccc', 'HOP man de 25 3', 'TOT man de tra vi',
                                                  'HG man de thanh dat dai', 'DIEU ' + code])),
            lambda: (r.choice([CHIEF, duty, officer]), r.choice(['*1#', '*2#', '*3#', '*4#', '*5#', '*6#', '*7#', '*0#', '*1*6#',
                                                                 '*2*%s#' % code, 'MENU', '1', '2', '0', '9', 'TONGTIN 34'])),
            lambda: (officer, r.choice(['NHAN', 'NHAN ' + code, 'XEM ' + code, 'MOLAI ' + code, 'TACH ' + code])),
            lambda: (stranger, r.choice(['HD', 'DULIEU', 'NGUNG', 'DK 731520', '*1#', 'NHAN ' + code, 'KHOA 0912007001'])),
            lambda: (r.choice([team, stranger, 'VIETTEL', '191', '9029']), r.choice(NONSENSE)),
        ], [20, 6, 5, 6, 3, 1.5, 5, 10, 4, 10, 4, 5, 8])[0]()

    def send(self, phone, text):
        """One text by one of the modems; the same phone at most once a second, as the network stamps them by seconds."""
        now = time.monotonic()
        if now - self.last.get(phone, -9) < 2.1:
            self.later(2, 5, phone, text)
            return
        self.last[phone] = now
        modem = self.random.choice(self.modems)
        if modem.ask('text %s %s' % (phone, text.replace('\\', '\\\\').replace('\n', '\\n'))) == 'ok':
            self.texts += 1
            numbered = re.search(r'het (\d+)$', text)
            if numbered:
                self.sent.add(int(numbered.group(1)))

    def ring(self):
        if self.random.choice(self.modems).ask('call ' + self.random.choice(TEAM + STRANGERS[:20])) == 'ok':
            self.calls += 1

    def dial(self):
        """A USSD session of a few screens through the HTTP side; a service that is down just then refuses."""
        r, text, phone = self.random, '', self.random.choice([CHIEF] + OFFICERS + TEAM[:3] + STRANGERS[:3])
        session = 'soak%d' % self.sessions
        self.sessions += 1
        for key in [''] + [r.choice('0123456789') for _ in range(r.randint(1, 4))]:
            text = key if not text else text + '*' + key
            form = urllib.parse.urlencode({'sessionId': session, 'phoneNumber': phone, 'serviceCode': '*123#', 'text': text})
            try:
                request = urllib.request.Request('http://127.0.0.1:%d/ussd' % self.port, form.encode(),
                                                 {'Authorization': 'Bearer ' + self.secret})
                with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:
                    body = answer.read().decode()
            except (OSError, ValueError):
                self.session_errors += 1
                return None
            if not body.startswith(('CON ', 'END ')):
                return 'a session was answered by: ' + body[:80]
            if body.startswith('END '):
                return None
        return None

    def step(self):
        """Sends what is due of the answers, else something new."""
        with self.lock:
            answer = heapq.heappop(self.due)[1:] if self.due and self.due[0][0] <= time.monotonic() else None
        chance = self.random.random()
        if answer:
            self.send(*answer)
        elif chance < 0.02:
            self.ring()
        elif chance < 0.05:
            return self.dial()
        else:
            self.send(*self.make())
        return None
