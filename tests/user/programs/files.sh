#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs that deal with files and processes, beside Debian's.
t() { echo "## $1"; }
umask 022

t mkdir; mkdir d; mkdir d 2>/dev/null; echo $?; mkdir -p d/e/f d/e; ls -d d/e/f; mkdir -m 700 p; stat -c %a p; mkdir -v v; mkdir x/y 2>/dev/null; echo $?; mkdir -p -m 711 q/r; stat -c '%a %n' q q/r; rmdir d/e/f; rmdir -p q/r; ls; rm -r d p v
t ls; mkdir d; touch d/a d/.h; echo xyz >d/b; ln -s a d/l; mkdir d/s; ls d; ls -a d; ls -A d; ls -1 d; ls -F d; ls -d d; ls -p d; ls -r d; ls -l d | sed 's/ root.*:[0-9][0-9] / /;1d'; ls nofile 2>/dev/null; echo $?; ls -S d | head -n 1; ls -i d/a >/dev/null; ls d/a d/b; ls -R d; touch -d 2001-01-01 d/a; ls -t d | tail -n 1; ls -n d/b | cut -c1-10; rm -r d
t cp; echo a >f; cp f g; cat g; mkdir d; cp f g d; ls d; cp -r d e; ls e; cp f nodir/x 2>/dev/null; echo $?; cp d x 2>/dev/null; echo $?; chmod 640 f; cp -p f h; stat -c %a h; ln -s f l; cp -P l m; readlink m; cp l n; cat n; cp -a d z; ls z; cp -n g f; cp -f f g; cp -v f g; cp f f 2>/dev/null; echo $?; rm -r f g h d e l m n z
t mv; echo a >f; mv f g; cat g; mkdir d; mv g d; ls d; mv d e; ls e; echo b >f; echo c >g; mv f g; cat g; mv nofile x 2>/dev/null; echo $?; mv -n g e/g; cat e/g; mv -v e/g .; rm -r e g
t rm; touch a b; mkdir d d/e; touch d/f; rm a; rm a 2>/dev/null; echo $?; rm -f a; echo $?; rm d 2>/dev/null; echo $?; rm -r d; ls; rm -v b; rm -rf nothing; echo $?; mkdir x; rm -d x; ls
t ln; echo a >f; ln f g; stat -c %h f; ln -s f s; readlink s; ln -s f s 2>/dev/null; echo $?; ln -sf g s; readlink s; mkdir d; ln -s ../f d; ls d; ln f g 2>/dev/null; echo $?; ln -sfn d dl; ln -sfn f dl; readlink dl; readlink -f d/f | sed 's/.*\///'; readlink f; echo $?; rm -r f g s d dl
t stat; echo abc >f; chmod 4755 f; stat -c '%n %s %a %A %F %h' f; mkdir d; stat -c '%F %A' d; ln -s f l; stat -c '%F %N' l; stat -L -c %F l; stat -c %F /dev/null; stat nofile 2>/dev/null; echo $?; stat -c '%u %g %U %G' f; stat -c '%b %B' f | sed 's/^[0-9]* //'; touch -d @1000000000 f; stat -c '%Y %X' f; rm -r f d l
t chmod; touch f; for m in 644 u+x go-r a=rw +x u=rwx,g=rx,o= 4755 g+s o+t ug=o -w; do chmod $m f; stat -c '%a' f; done; mkdir d; touch d/f; chmod -R 700 d; stat -c %a d d/f; chmod X f 2>/dev/null; echo $?; chmod u=rwX d d/f; stat -c %a d d/f; chmod 600 nofile 2>/dev/null; echo $?; rm -rf f d; ls
t touch; touch a; ls; touch -c b; ls; touch -d '2020-02-03 04:05:06' a; stat -c %y a | cut -c1-19; touch -r a b; stat -c %y b | cut -c1-19; touch -d @0 a; stat -c %Y a; touch -m -d @5 a; stat -c '%Y' a; rm a b
t du; mkdir -p d/e; head -c 5000 /dev/zero >d/f; head -c 100 /dev/zero >d/e/g; ln d/f d/h; du -b d/f; du -sb d/f d/e/g; du -ab d/e/g; du -cb d/f d/e/g; du nofile 2>/dev/null; echo $?; du -s d/f | cut -f 2; du -h -b d/f | cut -f 1; rm -r d
t dd; seq 1 100 >f; dd if=f bs=10 count=2 2>/dev/null; echo; dd if=f bs=10 skip=1 count=1 status=none; echo; dd if=f of=g bs=7 status=none; cmp f g; dd if=f of=g bs=4 count=1 conv=notrunc status=none; cmp f g; dd if=f of=g bs=4 seek=2 count=1 status=none; od -c g; echo abc | dd conv=ucase status=none; echo ABC | dd conv=lcase status=none; printf abcd | dd conv=swab status=none; echo; printf abc | dd bs=8 conv=sync status=none | od -c; dd if=f of=g 2>&1 | head -n 2; dd if=f ibs=3 obs=5 2>&1 >/dev/null | head -n 2; dd if=nofile 2>/dev/null; echo $?; dd bad=1 2>/dev/null; echo $?; dd if=/dev/zero bs=1k count=2 status=none | wc -c; rm f g
t truncate; truncate -s 10 f; stat -c %s f; truncate -s +5 f; stat -c %s f; truncate -s -3 f; stat -c %s f; truncate -s 1K f; stat -c %s f; truncate -c -s 5 none; ls; rm f
t find; mkdir -p d/e; touch d/a.c d/b.h d/e/c.c; find d | sort; find d -name '*.c' | sort; find d -type d | sort; find d -type f -name 'b*'; find d -maxdepth 1 | sort; find d -name '*.c' -exec echo x {} \; | sort; find d -empty | sort; find d ! -name '*.c' -type f; find d -name a.c -o -name b.h | sort; find nofile 2>/dev/null; echo $?; find d -name '*.h' -delete; find d -type f | sort; rm -r d
t names; basename /a/b/c.d; basename /a/b/c.d .d; basename a/; basename /; dirname /a/b/c; dirname a; dirname /; dirname a/b/; realpath . >/dev/null; echo $?; realpath /usr/../bin/./sh | sed 's/.*\///'; realpath /no/such/dir 2>/dev/null; echo $?; realpath /tmp/..
t which; which sh >/dev/null; echo $?; which nosuch; echo $?; which /bin/sh; which; echo $?
t mktemp; f=$(mktemp ./tXXXXXX); test -f $f; echo $?; stat -c %a $f; d=$(mktemp -d ./dXXXXXX); stat -c '%a %F' $d; mktemp abc 2>/dev/null; echo $?; mktemp -p . qXXXXXX | sed 's/q......$/q/'; TMPDIR=. mktemp -t yXXXXXX | sed 's/y......$/y/'; rm -r $f $d q* y*
t timeout; exec 9>&2 2>/dev/null; timeout 5 echo in; timeout 0.1 sleep 5; echo $?; timeout 5 sh -c 'exit 3'; echo $?; timeout -s KILL 0.1 sleep 5; echo $?; timeout 1 nosuch 2>/dev/null; echo $?; timeout -k 0.1 0.1 sh -c 'trap "" TERM; sleep 1; sleep 1'; echo $?; timeout 0 true; echo $?; exec 2>&9 9>&-
t setsid; setsid -w sh -c 'exit 4'; echo $?; setsid sh -c 'echo out'; setsid -w nosuch 2>/dev/null; echo $?; setsid -w sh -c 'test $$ = $(ps -o sid= -p $$ 2>/dev/null || echo $$)'; echo $?
t nproc; test "$(nproc)" -gt 0; echo $?; test "$(nproc --all)" -ge "$(nproc)"; echo $?
t pgrep; exec 9>&2 2>/dev/null; sleep 7.25 & p=$!; sleep 0.05; test "$(pgrep -P $$ sleep)" = $p; echo $?; pgrep -P $$ -l sleep | sed 's/.* //'; pgrep -P $$ -c sleep; pgrep -P $$ nosuch; echo $?; pgrep -P $$ -f 'sleep 7.25' | wc -l; pgrep -P $$ -x slee; echo $?; pkill -P $$ -f 'sleep 7'; echo $?; wait $p; echo $?; pkill -P $$ nosuch; echo $?; sleep 8 & p=$!; sleep 0.05; pkill -KILL -P $$ sleep; wait $p; echo $?; exec 2>&9 9>&-
t uptime; uptime -p | sed 's/[0-9][0-9]*/N/g;s/s\b//g' | cut -c1-4; uptime | grep -c 'load average: [0-9]*\.[0-9][0-9], [0-9]*\.[0-9][0-9], [0-9]*\.[0-9][0-9]$'; uptime -s | grep -c '^....-..-.. ..:..:..$'
t ps; sleep 5 & p=$!; ps -o pid,ppid,comm -p $p 2>/dev/null | wc -l; kill $p
t kill; exec 9>&2 2>/dev/null; sleep 5 & env kill $!; wait $!; echo $?; sleep 5 & env kill -KILL $!; wait $!; echo $?; sleep 5 & env kill -s INT $!; env kill -9 $!; wait $!; echo $?; env kill -l 15; env kill -l TERM; env kill 2>/dev/null; test $? != 0; echo $?; exec 2>&9 9>&-
t nice; nice -n 5 sh -c 'nice'; nice; nice -n 3 nice
t nohup; nohup sh -c 'echo x; trap' 2>/dev/null | head -n 1
t date; date -u -d @0 '+%Y-%m-%d %H:%M:%S %j %a %b'; date -u -d @1000000000 +%s; TZ=CET-1CEST,M3.5.0,M10.5.0/3 date -d @1700000000 '+%H %Z %z'; date -u -d '2020-02-29 12:00:00' +%A; date +%% 
t id; id -u; id -g; id -un; id -G >/dev/null; echo $?; whoami; id nosuchuser 2>/dev/null; echo $?
t uname; uname -s; uname -m; uname -r >/dev/null; uname -n >/dev/null; echo $?
t printf; env printf '%5.2f|%-5s|%05d|%x\n' 3.14159 ab 42 255; env printf '%s\n' a b; env printf 'a\tb\n'; env printf '%c%c\n' xy z
t sleep; sleep 0.01; echo $?; sleep 0; sleep 0.01 0.01; echo $?; sleep x 2>/dev/null; echo $?
t time; time -p true 2>&1 | sed 's/[0-9][0-9]*/N/g'
