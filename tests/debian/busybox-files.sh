#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# Applets that work on files, folders and archives.
mkdir /tmp/bb && busybox --install -s /tmp/bb && PATH=/tmp/bb && export PATH
t() { echo "## $1"; }
mkdir /tmp/work && cd /tmp/work || exit 1
umask 022

t mkdir; mkdir a && mkdir -p a/b/c && mkdir -m 700 private; ls -d a a/b/c private; mkdir a
t ls; touch f1 f2; ls; ls -a; ls -1 -F; ls -ld private | cut -c 1-10
t touch; touch -d '2026-01-02 03:04:05' f1; stat -c '%y %s %n' f1; touch -r f1 f2; stat -c %Y f2
t cp; echo data >src; cp src dst; cp -a a a2; cp src a/b; ls -R a2 a; cp nothing x
t mv; mv dst moved; mv moved a/; ls a; mv f1 f2; ls
t ln; ln src hard; ln -s src soft; ls -l soft | sed 's/.* soft/soft/'; stat -c %h src; cat soft
t readlink; readlink soft; readlink -f a/../soft; realpath a/../src
t rm; rm hard; stat -c %h src; rm -r a2; rm a; rm -f nothing; ls
t rmdir; mkdir -p e/f; rmdir e; rmdir -p e/f; ls -d e
t basename; basename /x/y.c .c; dirname /x/y.c; dirname y
t chmod; chmod 640 src; stat -c '%a %A' src; chmod u+x,o=r src; stat -c '%a' src; chmod -R g-r a
t chown; chown 1:2 src; stat -c '%u:%g' src; chgrp 5 src; stat -c '%u:%g' src
t stat; stat -c '%F %s %b %a %u' private | cut -d ' ' -f 1,4-; stat -c '%F' soft src /dev/null
t find; find . | sort; find . -type f -name 'm*'; find . -type d -exec echo dir {} \; | sort
t xargs; find . -type f | sort | xargs -n 1 echo file; seq 5 | xargs -n 2; echo 'a b' | xargs -I{} echo '<{}>'
t test; [ -f src ] && echo file; [ -d src ] || echo 'not a folder'; test -L soft && echo link; [ 3 -gt 2 ] && echo gt
t install; install -m 751 src inst; stat -c %a inst; install -d i/j; ls i
t mktemp; f=$(mktemp /tmp/work/t.XXXXXX); [ -f "$f" ] && stat -c '%a %s' "$f"; rm "$f"
t truncate; truncate -s 1000 big; stat -c %s big; truncate -s 10 big; od -c big
t dd; seq 100 | dd bs=10 count=3 2>/dev/null; echo; dd if=/dev/zero of=z bs=1k count=8 2>/dev/null; stat -c %s z; printf XY | dd of=z bs=1 seek=5 conv=notrunc 2>/dev/null; head -c 9 z | od -c
t mkfifo; mkfifo pipe; stat -c %F pipe; (echo through >pipe) & cat pipe; wait; rm pipe
t mknod; mknod node c 1 3; stat -c '%F %t %T' node; echo gone >node; cat node; rm node
t pwd; cd a; pwd; cd ..; pwd
t du; mkdir d; du -s d >/dev/null && echo counted
t df; df /tmp >/dev/null && echo counted
t tar; tar cf a.tar a src; tar tf a.tar | sort; mkdir out; tar xf a.tar -C out; find out | sort; cmp src out/src
t gzip; seq 1000 >n; gzip -c n >n.gz; gunzip -c n.gz | cmp - n && echo same; zcat n.gz | tail -n 1; gzip n; ls n*
t bzip2; gunzip n.gz; bzip2 -k n; bunzip2 -c n.bz2 | md5sum; bzcat n.bz2 | wc -l
t xz; printf '' | xzcat 2>/dev/null; echo $?; lzop -c n 2>/dev/null | lzop -dc 2>/dev/null | wc -c
t cpio; find a | sort | cpio -o -H newc 2>/dev/null | cpio -t 2>/dev/null
t ar; ar -p nothing.a 2>/dev/null; echo $?
t zip; printf 'PK' >bad.zip; unzip -l bad.zip >/dev/null 2>&1; echo $?
t patch; printf 'x\n' >p1; printf 'y\n' >p2; diff -u p1 p2 | patch p1; cat p1
t link; link p1 p3; stat -c %h p3; unlink p3; stat -c %h p1
t tree; mkdir -p tr/s && touch tr/s/leaf; tree tr
t sync; sync && fsync p1 && echo synced
t which; which ls; which nothing; echo $?
t cmp; cmp -l p1 p2; echo $?
t flock; flock lock echo locked
t sum; md5sum p1 p2 | cut -c 1-8
t fallocate; fallocate -l 4096 fa && stat -c %s fa
t chattr; ls -n p1 | cut -d ' ' -f 1
t nothing; cat nothing; ls nothing; rmdir p1; cd nothing; echo after
