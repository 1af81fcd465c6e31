#!/bin/dash
# SPDX-License-Identifier: MIT
# tar and gzip: round trips with owners, links, holes and times; streams; damage.
t() { echo "## $1"; }
cd /tmp || exit 1
TAR_OPTIONS=--sort=name; export TAR_OPTIONS
TZ=UTC; export TZ
mkdir -p src/sub/deep src/empty; cd src || exit 1
echo one >a; echo two >sub/b; seq 3000 >sub/deep/c; : >none; ln a sub/hard; ln -s a soft; ln -s /no/where broken; mkfifo fifo; mknod null c 1 3; mknod loop b 7 0
printf 'head' >sparse; truncate -s 3M sparse; printf 'tail' >>sparse
chmod 4755 a; chmod 1777 empty; chmod 000 none; chown 1234:5678 sub/b; chown -h 65534 soft; touch -d '2020-02-03 04:05:06.789 UTC' sub/b sub/deep/c; touch -d '1969-12-31 23:00 UTC' none; touch -h -d '2001-01-01 UTC' soft broken
find . -exec touch -h -d '2022-01-01 UTC' {} + ; touch -d '2020-02-03 04:05:06.789 UTC' sub/b; touch -d '1969-12-31 23:00 UTC' none
cd ..
list() { (cd "$1" && find . -printf '%p %y %m %U:%G %n %s %TY%Tm%TdT%TT %l\n' | sed 's/^\(\S* d \S* \S* [0-9]*\) [0-9]*/\1 -/' | sort); }

t listing; tar -cf s.tar src; tar -tf s.tar | sort; tar -tvf s.tar --numeric-owner | sort -k6 | sed -n '1,20p'
t round-trip; mkdir out; tar -xpf s.tar -C out; list src >l1; list out/src >l2; cat l2; diff l1 l2; diff -r src/sub out/src/sub && cmp src/sparse out/src/sparse && echo same
t hard-links; [ out/src/a -ef out/src/sub/hard ] && echo linked; stat -c '%h %a' out/src/a; tar -tvf s.tar | grep 'link to' | sed 's/.*root //; s/.*[0-9] src/src/'
t devices; stat -c '%n %F %t:%T' out/src/null out/src/loop out/src/fifo; readlink out/src/soft out/src/broken; stat -c %u out/src/soft
t sparse; tar -Scf sp.tar -C src sparse; [ "$(stat -c %s sp.tar)" -lt 100000 ] && echo small; rm -rf o2; mkdir o2; tar -xf sp.tar -C o2; cmp src/sparse o2/sparse && stat -c %s o2/sparse; [ "$(stat -c %b o2/sparse)" -lt 100 ] && echo holes; tar --hole-detection=raw -Scf sp2.tar -C src sparse; cmp sp.tar sp2.tar && echo seek
t formats; for f in v7 ustar oldgnu gnu posix; do tar --format=$f -cf f.tar src/sub && rm -rf o3 && mkdir o3 && tar -xf f.tar -C o3 && find o3 | wc -l; done; long=$(printf 'n%.0s' $(seq 200)); mkdir ln; echo l >ln/$long; tar -cf l.tar ln; tar -tf l.tar | tail -n 1 | wc -c; tar --format=v7 -cf l.tar ln; echo $?
t streams; tar -cf - src/sub | tar -tf - | sort; tar -cf - src/sub | (mkdir o4 && cd o4 && tar -xf - && find . | wc -l); cat s.tar | tar -xOf - src/sub/b; tar -cf - -C src sub | wc -c; tar -cf /dev/null src && echo null
t compress; tar -czf s.tgz src; tar -tzf s.tgz | wc -l; tar -tf s.tgz | wc -l; gzip -dc s.tgz | cmp - s.tar && echo same; rm -rf o5; mkdir o5; tar -xf s.tgz -C o5; diff l1 - <<X && echo again
$(list o5/src)
X
t compress-program; tar -I 'gzip -1' -cf p.tgz src/sub && tar -I gzip -tf p.tgz | wc -l; tar -I false -cf p.tgz src/sub 2>/dev/null; echo $?; tar -I nosuch -cf p.tgz src/sub 2>/dev/null; echo $?; tar --use-compress-program='gzip -1' -tf s.tgz | wc -l
t append; cp s.tar ap.tar; echo new >newfile; tar -rf ap.tar newfile; tar -tf ap.tar | tail -n 1; echo newer >newfile; touch -d '2035-01-01' newfile; tar -uf ap.tar newfile; tar -tf ap.tar | grep -c newfile; tar -xOf ap.tar newfile; tar --delete -f ap.tar newfile; tar -tf ap.tar | grep -c newfile; tar -Af ap.tar sp.tar; tar -tf ap.tar | tail -n 1; tar -rf s.tgz newfile; echo $?
touch newfile
t choose; tar -tf s.tar --wildcards '*/c'; tar -cf e.tar --exclude='*.x' --exclude=sub src; tar -tf e.tar | sort | head -n 4; mkdir -p o6; tar -xf s.tar -C o6 --strip-components=2 src/sub; ls o6; tar -cf t.tar --transform='s,^src,dst,' src/a; tar -tf t.tar; printf 'src/a\nsrc/soft\n' | tar -cf t.tar -T -; tar -tf t.tar; tar -xf s.tar nosuch; echo $?
t owners; tar -tvf s.tar --numeric-owner src/sub/b; tar -cf ow.tar --owner=nobody:65534 --group=77 --mtime='2000-01-01 UTC' --mode=a=r src/a; tar -tvf ow.tar --numeric-owner; mkdir o7; chmod 777 o7; setpriv --reuid 65534 --regid 65534 --clear-groups tar -xf s.tar -C o7 src/sub/b src/a; stat -c '%n %u:%g %a' o7/src/a o7/src/sub/b; mkdir o8; tar -xf s.tar -C o8 --no-same-owner --no-same-permissions src/sub/b; stat -c '%u:%g' o8/src/sub/b
t overwrite; mkdir o9; cd o9; tar -xf ../s.tar src/a; echo mine >src/a; tar -xkf ../s.tar src/a; echo $?; cat src/a; tar --skip-old-files -xf ../s.tar src/a; cat src/a; touch -d '2030-01-01' src/a; tar --keep-newer-files -xf ../s.tar src/a; cat src/a; tar --overwrite -xf ../s.tar src/a; cat src/a; rm src/a; ln -s /tmp/victim src/a; tar -xf ../s.tar src/a; stat -c %F src/a; ls /tmp/victim; mkdir -p src/soft/x; tar -xf ../s.tar src/soft; echo $?; tar --recursive-unlink -xf ../s.tar src/soft; readlink src/soft; cd ..
t dangerous; tar -cPf ab.tar /tmp/newfile; tar -tPf ab.tar; tar -tf ab.tar; mkdir o10; tar -xf ab.tar -C o10; find o10 -type f; (cd o10; tar -cPf ../up.tar ../newfile); tar -xf up.tar -C o10; find o10 -type f
t incremental; mkdir inc; echo 1 >inc/one; tar -g snap -cf i0.tar inc; echo 2 >inc/two; rm inc/one; tar -g snap -cf i1.tar inc; tar -tf i1.tar | sort; rm -rf inc; tar -g /dev/null -xf i0.tar; ls inc; tar -g /dev/null -xf i1.tar; ls inc
t compare; tar -df s.tar && echo equal; echo changed >src/a; tar -df s.tar; echo $?; chmod 755 src/a; rm src/sub/b; tar -df s.tar 2>&1 | sort; tar -xpf s.tar
t remove; mkdir rm; echo r >rm/f; tar --remove-files -cf r.tar rm; ls rm; tar -tf r.tar; mkdir v; echo v >v/f; tar -cWf v.tar v; echo $?
t volumes; head -c 60000 /dev/zero >vol; echo 'n v2.tar' | tar -c -M -L 40 -f v1.tar vol 2>/dev/null >&2; ls v1.tar v2.tar; mkdir o11; cd o11; echo 'n ../v2.tar' | tar -x -M -f ../v1.tar >/dev/null 2>&1; cmp vol ../vol && echo joined; cd ..
t checkpoint; tar -cf c.tar --checkpoint=150 --checkpoint-action=exec='echo "at $TAR_CHECKPOINT"' src; tar -xf s.tar --to-command='echo "$TAR_FILENAME $TAR_SIZE"; cat >/dev/null' src/sub/b src/sub/deep/c; tar -xf s.tar --to-command='exit 3' src/sub/deep/c 2>&1 | sed 's/[0-9]*: C/N: C/'
t errors; tar; echo $?; tar -xf nosuch.tar; echo $?; tar -cf x.tar nosuch; echo $?; echo garbage >g; tar -tf g; echo $?; head -c 5000 s.tar >cut; tar -tf cut >/dev/null; echo $?; tar -cf /no/dir/x src; echo $?; tar -cf x.tar; echo $?; head -c 700 s.tgz | tar -tzf - >/dev/null; echo $?; tar -cf /dev/full src/sub 2>&1 | head -n 1; tar -xf s.tar -C nosuch; echo $?
t many; mkdir many; (cd many; seq 500 | xargs touch); tar -cf m.tar many; tar -tf m.tar | wc -l; rm -r many; tar -xf m.tar; ls many | wc -l; ls many | md5sum
t deep; d=dp; i=0; while [ $i -lt 40 ]; do d=$d/abcdefghij; i=$((i + 1)); done; mkdir -p $d; echo bottom >$d/f; tar -cf d.tar dp; rm -r dp; tar -xf d.tar; cat $d/f
t killed; (yes | head -c 3000000 >bigf; tar -cf - bigf | head -c 1000 >/dev/null; echo done); tar -cf - bigf 2>/dev/null | true; timeout 0.2 sh -c 'tar -cf - bigf | sleep 5'; echo $?

t gzip; seq 20000 >n; cp n n0; gzip n; ls n*; gzip -t n.gz && echo ok; gunzip n.gz; cmp n n0 && echo same; gzip -k n; ls n n.gz; gzip -kf n; zcat n.gz | cmp - n0 && echo zcat; gzip -l n.gz | tail -n 1; for l in 1 6 9; do gzip -n$l -c n | md5sum; done; rm n.gz
t gzip-attributes; chmod 640 n; chown 12:34 n; touch -d '2020-05-05 05:05:05 UTC' n; gzip n; stat -c '%a %u:%g %Y' n.gz; gzip -dN n.gz; stat -c '%a %u:%g %Y' n; gzip -c n >nn.gz; gzip -lv nn.gz | tail -n 1 | cut -c1-14; gzip -n n; mv n.gz ren.gz; gzip -dN ren.gz; ls ren
t gzip-stream; head -c 4000000 /dev/zero | gzip | wc -c; seq 60000 | gzip -1 | gzip -d | md5sum; seq 10 | gzip | gzip | zcat | zcat | wc -l; (gzip -c n0; gzip -c n0) | zcat | wc -l; seq 5 | gzip -c - | gunzip -c; echo x | gzip -d -f
t gzip-large; head -c 1000000 bigf | gzip -9 | gzip -dc | cmp -n 1000000 - bigf && echo equal; busybox gzip -c n0 | zcat | cmp - n0 && gzip -c n0 | busybox zcat | cmp - n0 && echo both
t gzip-errors; gzip nosuch; echo $?; gzip src; echo $?; echo plain >pl; gzip -d pl; echo $?; cp pl pl.gz; gzip -d pl.gz; echo $?; gzip -t pl.gz; echo $?; gzip -c n0 | head -c 5000 | gzip -dc | wc -c; gzip -c n0 >c.gz; printf 'XXXX' | dd of=c.gz bs=1 seek=3000 conv=notrunc 2>/dev/null; gzip -t c.gz; echo $?; (gzip -c n0; echo trailing) | gzip -dc | wc -l; gzip --nosuch; echo $?; gzip -c n0 >/dev/full; echo $?; gzip soft 2>&1; ln -s n0 sl; gzip sl; echo $?; ln n0 hl; gzip n0; echo $?; rm hl
t gzip-exists; cp n0 q; gzip -k q; gzip q </dev/null; echo $?; gzip -r src/sub 2>&1; find src/sub -name '*.gz' | sort; gunzip -r src/sub; find src/sub -name '*.gz'; gzip -S .zz q; ls q.zz; gzip -S .zz -d q.zz
t gzip-tools; gzip -c n0 >z1.gz; sed s/500/x/ n0 | gzip -c >z2.gz; zgrep -c 777 z1.gz; zdiff z1.gz z2.gz | head -n 4; zcmp z1.gz z2.gz | sed 's,/dev/fd/[0-9],FD,';  zcat z1.gz z2.gz | tail -n 1; zforce pl; gzexe 2>/dev/null; echo $?
