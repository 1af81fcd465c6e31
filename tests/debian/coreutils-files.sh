#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU coreutils that work on files, and those that ask or use the system.
t() { echo "## $1"; }
mkdir /tmp/work && cd /tmp/work || exit 1
umask 022

t mkdir; mkdir -p a/b/c; mkdir -v -m 750 m; stat -c '%a %F' m; mkdir a; rmdir -v a/b/c; rmdir a 2>&1
t touch; touch -d '2026-03-04 05:06:07 UTC' f; TZ=UTC stat -c '%y' f; touch -c none; ls none; touch -t 202601020304.05 f; TZ=UTC stat -c %Y f
t ls; touch .hid z; ls; ls -A; ls -F; TZ=UTC ls -l --time-style=+%F f | cut -d' ' -f 1-6; ls -d */; ls --quoting-style=c f; ls nothing
t cp; echo text >t1; cp -v t1 t2; cp -p t1 t3; cp -r a ar; ls ar; cp -l t1 tl; stat -c %h t1; cp -s t1 ts; readlink ts; cp a x; cp --sparse=always t1 sparse; cmp t1 sparse 2>/dev/null; cp --reflink=auto t1 rl; cat rl
t mv; mv -v t2 t4; mv t4 a; ls a; mv -n t3 t1; ls; mv -T t3 t5; mv nothing x
t rm; rm -v t5; rm -rf ar; rm a; rm -d m; rm -f nothing; ls
t ln; ln t1 h1; ln -s t1 s1; ln -sf a s1; readlink s1; ln -sr a/t4 rel; readlink rel; stat -c %h t1; ln t1 h1
t links; readlink -f s1; realpath --relative-to=/tmp a/../t1; ln -s loop loop; cat loop; realpath loop; readlink -e nothing; echo $?
t chmod; chmod 604 t1; stat -c '%a %A' t1; chmod a+x t1; stat -c %a t1; chmod -v u=rw,go= t1; chmod 4755 t1; stat -c '%a %A' t1; chmod +t a; stat -c %A a
t chown; chown 12:34 t1; stat -c '%u %g' t1; chown -R 0:0 a; chgrp 7 t1; stat -c %g t1; chown --reference=a t1; stat -c '%u:%g' t1
t stat; stat -c '%n %s %F %h' t1 rel; stat -c '%F' /dev/null /proc/self; stat -L -c %F rel; stat nothing
t truncate; truncate -s 5000 tr; stat -c %s tr; truncate -s -1000 tr; stat -c %s tr; truncate -s %1024 tr; stat -c %s tr; head -c 4 tr | od -An -c
t dd; dd if=/dev/zero bs=1000 count=3 status=none | wc -c; seq 1000 | dd bs=100 skip=2 count=1 status=none | head -n 2; echo hi | dd conv=ucase status=none; printf 123456 >d; printf ab | dd of=d bs=1 seek=2 conv=notrunc status=none; cat d; echo
t install; install -m 700 -D t1 deep/er/file; stat -c %a deep/er/file; install -d x/y; ls x
t mktemp; m=$(mktemp -p .); stat -c '%a %s' "$m"; rm "$m"; d=$(mktemp -d -p .); stat -c '%F %a' "$d"; rmdir "$d"; mktemp -u aXXX | wc -c
t mkfifo; mkfifo -m 600 p; stat -c '%F %a' p; seq 3 >p & tac p; wait; mknod n c 1 5; stat -c '%F %t,%T' n; head -c 3 n | od -An -c
t du; mkdir du; du -s --apparent-size du >/dev/null && echo ok; df . >/dev/null && echo ok; df --output=target . | tail -n 1
t sync; sync; sync t1; echo $?
t shred; echo secret >sh; shred -u sh; ls sh
t pathchk; pathchk ok; pathchk ''; basename a/b.c .c; dirname a/b/c; basename -a x/1 y/2; pwd
t link; link t1 lk; unlink lk; ls lk
t dir; dir; vdir d | cut -c 1-10
t wc-files; find . -maxdepth 0 2>/dev/null; printf '%s\n' * | wc -l
t id; id; id -un; whoami; groups; logname 2>/dev/null; echo $?
t uname; uname -s -m; arch; nproc --all >/dev/null && echo cpus; hostid >/dev/null && echo hostid
t date; date -u -d @0 +%FT%T; date -u -d '2026-02-28 + 1 day' +%F; date -u -d '1 Jan 2026' +%s; date -u -d @1e9 2>&1 | head -c 12; echo
t env; env -i A=1 B=2 env; env -u A printenv A; echo $?; env -C /tmp pwd; env --split-string='echo a b'
t nice; nice -n 3 nice; nice; nohup echo n </dev/null 2>/dev/null
t timeout; timeout 0.2 sleep 9; echo $?; timeout --preserve-status -s KILL 0.2 sleep 9; echo $?; timeout 5 true; echo $?; timeout 1 sh -c 'trap "" TERM; sleep 1.5; echo stubborn'; echo $?
t sleep; sleep 0.01; sleep 0.005 0.005; sleep x; echo $?
t kill; sleep 30 & /bin/kill -0 $! 2>/dev/null || kill -0 $!; kill $!; wait $! 2>/dev/null; echo $?
t stdbuf; stdbuf -oL echo buffered; tty </dev/null; echo $?; stty size </dev/null 2>/dev/null; echo $?
t chroot; chroot / /bin/echo same root; chroot --userspec=65534:65534 / /usr/bin/id -u; chroot nothing; echo $?
t tail-follow; echo one >tf; (sleep 0.2; echo two >>tf) & timeout 2 tail -n 1 -f tf; wait; echo $?
t users; users >/dev/null; echo $?; who >/dev/null; echo $?; pinky >/dev/null 2>&1; echo done
t runcon; printenv HOME; test -x /bin/ls && echo x; [ /bin/sh -ef /bin/dash ] && echo same
t many; i=0; mkdir many; while [ $i -lt 300 ]; do : >many/f$i; i=$((i + 1)); done; ls many | wc -l; ls -U many | sort -V | tail -n 1; rm -r many; ls many
