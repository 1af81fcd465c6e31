#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# Applets that start, find, time and end processes, and that ask the system.
mkdir /tmp/bb && busybox --install -s /tmp/bb && PATH=/tmp/bb && export PATH
t() { echo "## $1"; }
cd /tmp || exit 1

t true; true; echo $?; false; echo $?
t env; env -i A=1 B=2 env | sort; A=5 printenv A
t sleep; sleep 0; usleep 1000; sleep 0.01 && echo slept
t timeout; timeout 1 echo quick; timeout 0.2 sleep 5; echo $?; timeout -s KILL 0.2 sleep 5; echo $?
t kill; sleep 50 & kill $!; wait $! 2>/dev/null; echo $?; sleep 50 & kill -9 $!; wait $! 2>/dev/null; echo $?; kill -l 15
t nice; nice -n 5 nice; nice
t renice; sleep 9 & renice -n 3 -p $!; kill $!; wait 2>/dev/null
t nohup; nohup echo hup 2>/dev/null </dev/null | cat
t setsid; setsid echo session
t time; time -f '' true; echo $?
t xargs-p; seq 8 | xargs -P 4 -n 1 sh -c 'echo $0' | sort
t id; id -u; id -un; id -g; whoami; groups
t uname; uname -s; uname -m; uname -o
t hostname; hostname >/dev/null; echo $?
t date; date -u -d @0; date -u -d '2026-07-14 12:00' +%Y/%j/%u; date -u -d @1000000000 '+%F %T'
t tty; tty </dev/null; echo $?
t pidof; sleep 7 & until pidof sleep >/dev/null; do :; done; echo found; kill $!; wait 2>/dev/null
t ps; ps -o comm | grep -c '^sh$' >/dev/null && echo listed
t killall; sleep 6 & until pidof sleep >/dev/null; do :; done; killall sleep; wait 2>/dev/null; echo gone
t nproc; [ "$(nproc)" -ge 1 ] && echo some
t free; free >/dev/null && echo free; uptime >/dev/null && echo up
t stty; stty -a </dev/null >/dev/null 2>&1; echo $?
t chroot; mkdir -p jail/bin; cp /bin/busybox jail/bin; chroot jail /bin/busybox echo inside
t sh; sh -c 'echo $0 $1' name arg; sh -c 'exit 9'; echo $?; echo 'echo from input' | sh
t watch; mountpoint /proc; mountpoint /tmp/jail; echo $?
t start; start-stop-daemon --start --test --exec /bin/busybox 2>/dev/null >/dev/null; echo done
t pipe; yes | head -n 1000 | wc -l; seq 10000 | sort -rn | head -n 2; seq 500 | tac | tail -n 1
t subshells; (echo a; (echo b; exit 3); echo $?) | cat
t background; (sleep 0.05; echo late) & echo early; wait; echo end
t many; i=0; while [ $i -lt 40 ]; do true & i=$((i + 1)); done; wait; echo $i
t trap; trap 'echo got usr1' USR1; kill -USR1 $$; trap - USR1; (trap 'echo bye' EXIT; exit 4); echo $?
t printf; printf '%s\n' "$(echo nested "$(echo deeper)")"
t usage; sleep 2>&1 | head -n 1; kill 2>/dev/null; echo $?
