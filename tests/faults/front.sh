#!/usr/bin/env bash
# The HTTP of a running service, as those who use it see it: curl walks through a menu of CON and END,
# malformed and unwelcome requests, health with a dead modem, metrics for promtool, a core that
# is killed in the middle of a session, a thousand sessions at once. Closes with
# the counts; exit 1 if any failed. `quick` leaves out what takes long.
# usage: tests/faults/front.sh TINBAO [quick]
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

tinbao=$(realpath "$1")
build=$(dirname "$tinbao")
quick=${2:-}
dir=$(mktemp -d "${TMPDIR:-/tmp}/tinbao-front-XXXXXX")
secret=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
port=
modem=
serve=
listener=
passed=0 failed=0

finish() {
  trap - EXIT
  local pid
  for pid in $serve $modem $listener; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  rm -rf "$dir"
}
trap finish EXIT

ok() { passed=$((passed + 1)); echo "ok      $1"; }
bad() {
  failed=$((failed + 1))
  echo "FAILED  $1"
  shift
  [ $# -eq 0 ] || printf '          %s\n' "$@"
}
# is WHAT GOT WANT; has WHAT TEXT PATTERN (extended, case matters)
is() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "got:  $2" "want: $3"; fi; }
has() { if grep -qE -- "$3" <<<"$2"; then ok "$1"; else bad "$1" "got:  $(head -c 600 <<<"$2")" "want: $3"; fi; }
hasnt() { if grep -qE -- "$3" <<<"$2"; then bad "$1" "found: $(grep -E -- "$3" <<<"$2" | head -n 3)"; else ok "$1"; fi; }

# until SECONDS COMMAND...: repeats it until it succeeds
until_() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

free_port() { # one that nobody listens on; the range is above what the system gives to clients
  local p
  for _ in $(seq 50); do
    p=$((61100 + RANDOM % 3900))
    (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo "$p"; return; }
  done
}

url() { echo "http://127.0.0.1:$port$1"; }
get() { curl -sS -m 20 "$(url "$1")" 2>&1; }
status_of() { curl -sS -m 20 -o /dev/null -w '%{http_code}' "$@" 2>/dev/null; }
dial() { # dial PHONE TEXT: the answer to a session
  curl -sS -m 20 -H "Authorization: Bearer $secret" --data-urlencode "sessionId=ATUid_$1" \
    --data-urlencode "phoneNumber=+$1" --data-urlencode 'serviceCode=*123#' --data-urlencode "text=$2" "$(url /ussd)" 2>&1
}

write_config() {
  cp config/demo/places.cfg "$dir/places.cfg"
  cp config/demo/roster.csv "$dir/roster.csv"
  for i in $(seq 1000 1999); do echo "Truc $i,+8491200$i,duty,,"; done >>"$dir/roster.csv"
  (umask 077 && echo "$secret" >"$dir/http.secret")
  cat >"$dir/tinbao.cfg" <<END
places = "places.cfg";
roster = "roster.csv";
demo = true;
balance_every_h = 0;
restricted : { TRENGUY = [ "+84903000001" ]; BAOHANH = [ "+84903000001" ]; };
lines = ( { name = "gsm1"; device = "$dir/modem"; is_virtual = true; cut_pauses = true; rate_per_minute = 600; poll_s = 5; } );
http : { port = $port; ussd = true; secret_file = "http.secret"; };
END
}

start_modem() {
  "$tinbao" modem --link "$dir/modem" --control "$dir/modem.sock" >>"$dir/modem.log" 2>&1 &
  modem=$!
  until_ 20 test -S "$dir/modem.sock"
}
start_listener() { # as systemd: its socket, and a watchdog of 2 s
  "$build/tests/bench/notify_listen" "$dir/notify" >>"$dir/notify.log" 2>&1 &
  listener=$!
  until_ 10 test -S "$dir/notify"
}
start_serve() {
  NOTIFY_SOCKET="$dir/notify" WATCHDOG_USEC=2000000 "$tinbao" serve -c "$dir/tinbao.cfg" -s "$dir/state" >>"$dir/serve.log" 2>&1 &
  serve=$!
  until_ 40 answers
}
answers() { get /healthz 2>/dev/null | grep -q '"status"'; }
healthy() { [ "$(status_of "$(url /healthz)")" = 200 ] && "$tinbao" status -s "$dir/state" >/dev/null 2>&1; }
log_says() { grep -qE -- "$1" "$dir/serve.log"; }
modem_say() { # modem_say LINE...: to the virtual modem's control socket
  printf '%s\n' "$@" | timeout 5 "$tinbao" phone --control "$dir/modem.sock" >/dev/null 2>&1
}

# --- one after the other --------------------------------------------------------------------

menu() {
  local phone=84909000001 screen
  screen=$(dial $phone "")
  has "a dialled code shows the menu, CON" "$screen" "^CON "
  has "the menu has its choices" "$screen" "1 Hom nay"
  screen=$(dial $phone "1")
  has "a choice answers" "$screen" "Hom nay|Thon"
  screen=$(dial $phone "2")
  has "what is open" "$screen" "^(CON|END) .*mo"
  screen=$(dial $phone "2*0")
  has "0 leads back" "$screen" "1 Hom nay"
  screen=$(dial $phone "7")
  has "the modem's state" "$screen" "^(CON|END) .*gsm1"
  screen=$(dial $phone "2*0*0")
  has "0 at the top ends it" "$screen" "^END "
  screen=$(dial 84987654321 "")
  has "a stranger gets a last word" "$screen" "^END "
  local long
  long=$(printf '1*%.0s' $(seq 300))
  has "a session without end is ended" "$(dial $phone "$long")" "^END "
}

refusals() {
  local form=(-H "Authorization: Bearer $secret" -d sessionId=1 -d phoneNumber=%2B84909000001 -d serviceCode=*123%23)
  is "malformed: no text" "$(status_of "${form[@]}" "$(url /ussd)")" 400
  if until_ 5 log_says '400 on /ussd from 127.0.0.1: no text'; then ok "and a line in the log"; else bad "no line in the log" "$(tail -n 5 "$dir/serve.log")"; fi
  is "malformed: a broken escape" "$(status_of "${form[@]}" -d text=%zz "$(url /ussd)")" 400
  is "malformed: JSON" "$(status_of -H "Authorization: Bearer $secret" -H 'Content-Type: application/json' -d '{}' "$(url /ussd)")" 400
  is "a wrong secret" "$(status_of -H 'Authorization: Bearer 0000000000000000' -d text= "$(url /ussd)")" 403
  is "no secret" "$(status_of -d text= "$(url /ussd)")" 403
  is "GET /ussd" "$(status_of "$(url /ussd)")" 405
  is "POST /metrics" "$(status_of -d x=1 "$(url /metrics)")" 405
  is "another path" "$(status_of "$(url /status)")" 404
  is "too long a body" "$(head -c 100000 /dev/zero | tr '\0' a | status_of -H "Authorization: Bearer $secret" --data-binary @- "$(url /ussd)")" 413
  has "what is no HTTP gets 400" "$(exec 3<>"/dev/tcp/127.0.0.1/$port"; printf 'nonsense\r\n\r\n' >&3; timeout 5 cat <&3)" "^HTTP/1.[01] 400 "
  hasnt "no number is in the log" "$(cat "$dir/serve.log")" '9[0-9]{8}|8[0-9]{9}'
  hasnt "no secret is in the log" "$(cat "$dir/serve.log")" "$secret"
  if command -v ss >/dev/null; then
    hasnt "it listens on this machine alone" "$(ss -ltnH "sport = :$port" | awk '{ print $4 }')" '^(0\.0\.0\.0|\*|\[::\]):'
  fi
}

metrics() {
  local text name
  "$tinbao" phone --control "$dir/modem.sock" --as +84912000001 >/dev/null 2>&1 <<<"BC man de co bac sau cho"
  text=$(get /metrics)
  for name in sms_received_total sms_sent_total dlr_total outbox_depth alert_unacked modem_signal_dbm line_up \
    sim_slots_used database_bytes jobs_overdue health http_requests_total; do
    has "metric tinbao_$name" "$text" "^tinbao_$name[ {]"
  done
  hasnt "no phone number in them" "$text" '["+ ][+]?(84|0)[0-9]{9}'
  hasnt "no name in them" "$text" 'Nguy|Lan"|An"'
  if command -v promtool >/dev/null; then
    local said
    if said=$(promtool check metrics <<<"$text" 2>&1); then ok "promtool finds nothing"; else bad "promtool" "$said"; fi
  else
    echo "skipped promtool: not installed (apt-get install prometheus)"
  fi
}

# --- what breaks ----------------------------------------------------------------------------

systemd_is_told() {
  has "systemd is told READY" "$(cat "$dir/notify.log")" '^READY=1'
  has "and STATUS" "$(cat "$dir/notify.log")" '^STATUS=1 of 1 lines up, [0-9]+ waiting to go, [0-9]+ without NHAN'
  if until_ 5 fed; then ok "and the watchdog is fed"; else bad "the watchdog is not fed" "$(tail -n 5 "$dir/notify.log")"; fi
  has "and a reload" "$(cat "$dir/notify.log")" '^RELOADING=1 MONOTONIC_USEC=[0-9]+'
  kill -STOP "$serve"
  sleep 0.3
  local before after
  before=$(grep -c WATCHDOG "$dir/notify.log")
  sleep 2.5
  after=$(grep -c WATCHDOG "$dir/notify.log")
  kill -CONT "$serve"
  is "a core that hangs says nothing" "$after" "$before"
}
fed() { [ "$(grep -c WATCHDOG "$dir/notify.log")" -ge 3 ]; }

status_is_read() {
  local text
  text=$("$tinbao" status -s "$dir/state")
  is "status: exit 0" $? 0
  has "status: the line" "$text" '^line gsm1 +up for '
  has "status: http" "$text" "^http +port $port"
  has "status: what came in" "$text" '^came in today +all [0-9]+, '
  hasnt "status: no numbers" "$text" '9[0-9]{8}'
  text=$("$tinbao" status -s "$dir/state" --json)
  has "status as JSON has the checks" "$text" '"health":\{"status":"(pass|warn)".*"checks":\{'
}

core_is_killed() {
  local phone=84909000001 before after
  before=$(dial $phone "2")
  kill -KILL $serve
  wait $serve 2>/dev/null
  has "without a core the connection is refused, nothing hangs" "$(dial $phone "2*0")" "onnect"
  start_serve || { bad "the service does not come back" "$(tail -n 20 "$dir/serve.log")"; return; }
  after=$(dial $phone "2*0")
  has "the session goes on after a restart of the core" "$after" "^CON .*1 Hom nay"
  is "and the same inputs lead to the same screen" "$(dial $phone "2")" "$before"
}

front_is_killed() {
  local pid
  pid=$(ps -o pid= --ppid "$serve" -o args= | awk '/ front --fd/ { print $1 }' | head -n 1)
  [ -n "$pid" ] || pid=$(pgrep -P "$serve" -f 'front --fd' | head -n 1)
  [ -n "$pid" ] || { bad "the front's process was not found"; return; }
  kill -KILL "$pid"
  if until_ 10 answers; then ok "a killed front comes back by itself"; else bad "the front stays away"; fi
  has "and the core is the same" "$(kill -0 $serve 2>&1 && echo lives)" lives
}

slow_clients() {
  local n=200 i fds=() fd
  for i in $(seq $n); do # they connect and say half a line
    exec {fd}<>"/dev/tcp/127.0.0.1/$port" && printf 'POST /us' >&"$fd" && fds+=("$fd")
  done
  has "with $n clients that say nothing others are served" "$(dial 84909000001 "")" "^CON "
  for fd in "${fds[@]}"; do exec {fd}>&-; done
  if [ "$quick" != quick ]; then
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    (for i in $(seq 60); do printf 'X' >&"$fd" || exit; sleep 0.5; done) 2>/dev/null &
    i=$!
    local from=$SECONDS
    timeout 60 cat <&"$fd" >/dev/null
    exec {fd}>&-
    kill $i 2>/dev/null
    wait $i 2>/dev/null
    if [ $((SECONDS - from)) -le 30 ]; then ok "one who sends an octet now and then is cut off ($((SECONDS - from)) s)"; else bad "a slow client stays for $((SECONDS - from)) s"; fi
  fi
}

many_sessions() {
  local n=1000 out
  [ "$quick" = quick ] && n=200
  out=$("$build/tests/bench/ussd_load" "$port" "$secret" $n 2 0 1 0 0 2>&1)
  if [ $? -eq 0 ]; then ok "$n sessions at once"; else bad "$n sessions at once"; fi
  sed 's/^/          /' <<<"$out"
}

reload() {
  sed -i 's/ussd = true/ussd = false/' "$dir/tinbao.cfg"
  kill -HUP $serve
  if until_ 10 is_404; then ok "ussd = false counts at once"; else bad "ussd = false is not taken over"; fi
  sed -i 's/ussd = false/ussd = true/' "$dir/tinbao.cfg"
  kill -HUP $serve
  if until_ 10 not_404; then ok "and ussd = true again"; else bad "ussd = true is not taken over"; fi
}
is_404() { [ "$(status_of -d text= "$(url /ussd)")" = 404 ]; }
not_404() { [ "$(status_of -d text= "$(url /ussd)")" = 403 ]; }

dead_modem() {
  has "health of a good service" "$(get /healthz)" '"status":"(pass|warn)"'
  is "is 200" "$(status_of "$(url /healthz)")" 200
  kill $modem
  wait $modem 2>/dev/null
  modem=
  if until_ 30 line_is_down; then ok "with a dead modem health says which line"; else bad "health does not see it" "$(get /healthz)"; fi
  if [ "$quick" != quick ]; then
    if until_ 150 is_503; then ok "and becomes 503"; else bad "health stays good" "$(get /healthz)"; fi
    has "it says fail" "$(get /healthz)" '"status":"fail"'
  fi
  has "status says it first" "$("$tinbao" status -s "$dir/state" | head -n 3)" '^(!! FAILS|!  look at) +line:gsm1: its modem does not answer'
  has "metrics say it too" "$(get /metrics)" '^tinbao_line_up\{line="gsm1"\} 0'
  has "sessions are answered all the same" "$(dial 84909000001 "")" "^CON "
}
line_is_down() { get /healthz | grep -q '"line:gsm1":\[{"status":"warn".*does not answer'; }
is_503() { [ "$(status_of "$(url /healthz)")" = 503 ]; }

ends_well() {
  kill $serve
  wait $serve
  is "it ends when asked to" $? 0
  serve=
  hasnt "no process had a fault of memory" "$(cat "$dir/serve.log")" 'Sanitizer|runtime error:'
  has "and has said so" "$(tail -n 3 "$dir/notify.log")" '^STOPPING=1'
}

port=$(free_port)
write_config
start_listener
start_modem || { echo "front: the virtual modem did not come up"; cat "$dir/modem.log"; exit 1; }
if start_serve && until_ 60 healthy; then
  ok "it comes up"
  menu
  refusals
  metrics
  many_sessions
  slow_clients
  reload
  systemd_is_told
  status_is_read
  front_is_killed
  core_is_killed
  until_ 60 healthy
  dead_modem
  ends_well
else
  bad "the service did not come up" "$(tail -n 30 "$dir/serve.log")"
fi
echo "front: $passed passed, $failed failed"
[ $failed -eq 0 ] || { echo "the log of the service:"; tail -n 40 "$dir/serve.log"; }
[ $failed -eq 0 ] && [ $passed -gt 0 ]
