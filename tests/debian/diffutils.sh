#!/bin/dash
# SPDX-License-Identifier: MIT
# diffutils: diff, cmp, diff3 and sdiff over files, trees, pipes and devices.
t() { echo "## $1"; }
cd /tmp || exit 1
seq 10 >a; sed 's/5/five/; 8d; $a eleven' a >b
touch -d '2020-01-01 00:00:00 UTC' a b; TZ=UTC; export TZ
mkdir -p l/s r/s; for d in l r; do echo same >$d/same; echo $d >$d/differs; echo only >$d/only-$d; echo $d >$d/s/deep; mkdir $d/dir-$d; done; echo f >l/kind; mkdir r/kind; ln -s same l/ln; ln -s differs r/ln; mkfifo l/ff r/ff

t normal; diff a b; echo $?; diff a a; echo $?; diff a - <b; echo $?
t unified; diff -u a b; diff -U 0 a b; diff -U1 --label X --label Y a b; diff -up a b | head -n 3
t context; diff -c a b | head -n 12; diff -C 0 a b | wc -l
t side; diff -y -W 40 a b; diff -y --suppress-common-lines -W 40 a b; sdiff -w 40 -s a b
t ed; diff -e a b; diff -n a b; diff -D NEW a b | head -n 9; diff --line-format='%l|' a b; echo; diff --changed-group-format='<%<>%>' --unchanged-group-format='' a b
t whitespace; printf 'a  b\nc\n\nd\n' >w1; printf 'a b \nC\nd\n' >w2; diff -w w1 w2; diff -bB w1 w2; diff -iwB w1 w2; echo $?; printf 'x\ty\n' | diff -E - w1 | wc -l; diff --strip-trailing-cr w1 w2 | wc -l
t newline; printf 'a' >n1; printf 'a\n' >n2; diff n1 n2; diff -u n1 n2 | tail -n 3; : >e; diff e n2; diff e e; echo $?
t brief; diff -q a b; diff -s a a; diff -q a nosuch; echo $?; diff -N a nosuch | wc -l; diff -qs a /dev/null
t binary; head -c 1000 /dev/zero >z1; (head -c 999 /dev/zero; echo) >z2; diff z1 z2; echo $?; diff -a z1 z2 | wc -c; diff z1 a; cmp z1 z2
t recursive; diff -r l r; echo $?; diff -rq l r; diff -r --no-dereference l r | grep -i link; diff -rN l r | grep -c '^[<>]'; diff -rx 'only*' -x differs l r | wc -l; diff -r l l; echo $?
t directories; diff l/same r; echo $?; diff l r/same; echo $?; diff l nosuch; echo $?; diff -r l/s r/s
t fifo; mkfifo p q; (cat a >p) & (cat b >q) & diff p q | wc -l; wait; (cat a >p) & diff -q p a; echo $?; wait
t large; seq 20000 >big; sed '100s/.*/x/; 10000d; $s/.*/end/' big >big2; diff big big2; diff --speed-large-files big big2 | md5sum; diff -u big big2 | wc -l; diff --minimal big big2 | wc -l; seq 1 3 12000 >b3; diff big b3 | md5sum
t cmp; cmp a b; echo $?; cmp a a; echo $?; cmp -s a b; echo $?; cmp -l z1 z2; cmp -b a b; cmp -n 8 a b; echo $?; cmp -i 2:2 a b; cmp e a; echo $?; cmp a nosuch; echo $?; seq 10 | cmp - a; echo $?
t cmp-large; head -c 1000000 /dev/zero >m1; cp m1 m2; cmp m1 m2; echo $?; printf x | dd of=m2 bs=1 seek=999999 conv=notrunc 2>/dev/null; cmp m1 m2; cmp -n 999999 m1 m2; echo $?; cmp -s m1 z1; echo $?
t devices; cmp /dev/null e; echo $?; diff /dev/null a | wc -l; head -c 10 /dev/zero | cmp -n 10 - /dev/zero; echo $?; cmp -n 100 /dev/zero /dev/zero; echo $?
t diff3; printf '1\n2\n3\n' >o; printf '1\nmine\n3\n' >m; printf '1\n2\n3\nyours\n' >y; diff3 m o y; echo $?; diff3 -m m o y; printf '1\nother\n3\n' >y2; diff3 -m m o y2; echo $?; diff3 -e m o y; diff3 m o nosuch; echo $?
t errors; diff; echo $?; diff a; echo $?; diff --nosuch a b; echo $?; diff nosuch1 nosuch2; echo $?; cmp; echo $?; diff -U x a b; echo $?; diff a b >/dev/full; echo $?
t denied; echo secret >sec; chmod 600 sec; setpriv --reuid 65534 --clear-groups diff sec a; echo $?; setpriv --reuid 65534 --clear-groups cmp a sec; echo $?
t signals; (yes | head -c 200000; sleep 5) | timeout 0.2 diff - /dev/null >/dev/null; echo $?; diff big e | head -n 1
