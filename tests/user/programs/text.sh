#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs that read text, beside Debian's.
t() { echo "## $1"; }
seq 1 12 >n; printf 'b\na\nc\na\n' >l; printf 'no end' >e; : >z; printf 'one two\tthree\n\n  lead\nümlaut x\n' >w

t cat; cat n l | cksum; cat -n l; cat - <l; cat z; cat e e; echo; cat -A w; cat -s w; cat nofile 2>/dev/null; echo $?
t head; head -n 3 n; head -n -9 n; head -c 5 n; head n | wc -l; head -n 1 n l; head -2 n; head -q -n 1 n l
t tail; tail -n 3 n; tail -n +10 n; tail -c 5 n; tail n | wc -l; tail -2 n; tail -n 1 n l; tail -n 3 e; echo
t wc; wc n; wc -l n l; wc -w w; wc -c w z; wc -l <n; echo a b | wc; wc -m w; wc -L w
t sort; sort l; sort -r l; sort -u l; sort -n n | tail -n 2; sort n | head -n 4; printf 'b 2\na 10\nc 1\n' | sort -k2n; printf 'x:3\ny:1\n' | sort -t: -k2; sort -c l 2>/dev/null; echo $?; printf 'B\na\nC\n' | sort -f; sort -nr n | head -n 1
t uniq; sort l | uniq; sort l | uniq -c; sort l | uniq -d; sort l | uniq -u; printf 'A\na\nb\n' | uniq -i
t cut; cut -c 1-2 w; cut -d ' ' -f 2 w; cut -f 1 w; printf 'a:b:c\n' | cut -d: -f 1,3; printf 'a:b:c\n' | cut -d: -f 2-; printf 'a:b:c\nx\n' | cut -s -d: -f 1; printf 'abcdef\n' | cut -b 2,4-5
t tr; tr a-z A-Z <w; tr -d aeiou <w; tr -s ' ' <w; echo hello | tr el ip; echo abc | tr -c a-b x; echo; echo aabbcc | tr -s a-c; printf 'a\nb\n' | tr '\n' ,; echo; echo 'a1b2' | tr -d '[:digit:]'; echo abc | tr '[:lower:]' '[:upper:]'
t grep; grep a l; grep -c a l; grep -n a l; grep -v a l; grep -i A l; grep -q zz l; echo $?; grep -l a l n; grep -e a -e b l; grep -E 'a|c' l; grep -F . l; echo $?; grep '^1' n; grep -o '[0-9]$' n | head -n 2; grep -x 1 n; grep -w two w; grep -h a l l | wc -l; grep a nofile 2>/dev/null; echo $?; grep -m 1 a l; grep -A 1 b l; grep -B 1 c l
t tee; echo x | tee t1 t2; cat t1 t2; echo y | tee -a t1; cat t1; rm t1 t2
t seq; seq 3; seq 2 4; seq 1 2 7; seq 3 -1 1; seq -w 8 11; seq -s, 3; seq 0.5 0.5 2; seq 3 1; seq -f '%03g' 2
t tac; tac n | head -n 3; tac l n | tail -n 2; tac e; echo; tac z; tac <l
t rev; rev n; rev l; rev e; echo; echo abc | rev
t comm; sort l | uniq >s1; printf 'a\nd\n' >s2; comm s1 s2; comm -12 s1 s2; comm -23 s1 s2; comm -3 s1 s2; comm -1 s1 - <s2; rm s1 s2
t nl; nl w; nl -b a w; nl -w 3 -s: l; nl -v 5 l; nl -ba e; echo
t fold; printf 'abcdefghij\n' | fold -w 4; printf 'aa bb cc dd\n' | fold -w 5; printf 'aa bb cc dd\n' | fold -s -w 7; printf 'a\tb\n' | fold -w 8; fold -w 3 e; echo; fold z; printf 'abc\n\nd\n' | fold -w 1
t paste; paste n l | head -n 5; paste -d: l l; paste -s l; paste -s -d, n; paste -d '\n' l l | head -n 2; paste - - <n | head -n 2; paste -d '' l l | head -n 1; paste -s z; paste l z | head -n 1
t cmp; cmp n n; echo $?; cmp n l; echo $?; cmp -s n l; echo $?; printf 'abc\n' >c1; printf 'abd\n' >c2; cmp c1 c2; cmp -l c1 c2; printf 'ab' >c2; cmp c1 c2 2>&1; echo $?; cmp z c1 2>&1; cmp c1 nofile 2>/dev/null; echo $?; printf 'a\nb\n' >c1; printf 'a\nb\nc' >c2; cmp c1 c2 2>&1; cmp - c1 <c1; rm c1 c2
t diff; diff n n; echo $?; seq 2 13 >m; diff n m; echo $?; printf '1\nX\n3\n4\n' >x; seq 1 4 >y; diff x y; diff y x; diff z y; diff y z; diff -q x y; diff e l; diff l e; echo $?; rm m x y
t diff-unified; seq 1 40 >a; sed -e 5d -e 's/^20$/twenty/' -e '30a new' a >b; diff -u a b | tail -n +3; sed '1i first' a | diff -u a - | tail -n +3; sed '$a last' a | diff -u a - | tail -n +3; diff -u z l | tail -n +3; diff -u l z | tail -n +3; sed -e 's/^10$/x/' -e 's/^17$/y/' a | diff -u a - | tail -n +3; sed -e 's/^10$/x/' -e 's/^18$/y/' a | diff -u a - | tail -n +3; printf 'a' >p; printf 'a\n' >q; diff -u p q | tail -n +3; rm a b p q
t diff-directories; mkdir d1 d2; echo a >d1/f; echo b >d2/f; echo x >d1/only; echo y >d2/other; mkdir d1/s d2/s; echo 1 >d1/s/g; echo 2 >d2/s/g; diff d1 d2 | grep -v '^diff'; diff -r d1 d2 | grep -v '^diff'; diff -qr d1 d2; echo $?; diff d1/f d2 >/dev/null; echo $?; rm -r d1 d2
t od; od l; od -c w; od -A n -c l; od -A x -t x1 n; od -An -tu2 l; od -t d1 -N 3 l; od -An -t x4 n; od -j 2 -c l; od -b l; od -x l; od -An -ta w; head -c 100 /dev/zero | od; head -c 100 /dev/zero | od -v -A d | tail -n 2; od -An -t o1 -t c l; od z; od -An -t x8 n | head -n 1; od -An -td4 n
t split; mkdir s; cd s; split -l 5 ../n; ls; cat x* | cmp - ../n; rm x*; split -b 7 ../n p.; ls; wc -c p.aa; rm p.*; split -d -a 3 -l 4 ../n q; ls; rm q*; split - r <../l; ls; cd ..; rm -r s
t hexdump; printf 'hello world, this is text' | hexdump -C
t expr; for e in '1 + 2' '7 - 9' '3 * 4' '7 / 2' '7 % 3' '1 < 2' '2 > 3' 'a = a' 'a != a' '1 | 2' '0 | 2' '1 & 0' 'abc : a.c' 'abc : b' 'length abc' 'index abc c' 'substr abcdef 2 3' '10 < 9' '( 1 + 2 ) * 3' '2 + 3 * 4' '-5 + 2' 'a < b' '0' 'x'; do set -f; expr $e; echo $?; set +f; done; expr abc : 'a\(.\)c'; expr xyz : 'a\(.\)c'; echo $?; expr '' ; echo $?; expr 1 / 0 2>/dev/null; echo $?; expr 1 + 2>/dev/null; echo $?; expr 5 : '[0-9]*$'
t cksum; cksum n l z; cksum <n; echo abc | cksum; cksum nofile 2>/dev/null; echo $?
t xargs; seq 3 | xargs echo; seq 5 | xargs -n 2 echo; printf 'a b\n"c d"\n' | xargs -n 1 echo; seq 3 | xargs -I{} echo '<{}>'; printf 'a\0b c\0' | xargs -0 -n 1 echo
t env; env -i a=1 b=2 | sort; env -i x=y printenv x; env printf '%s-%d\n' a 3; env -u HOME sh -c 'echo ${HOME-none}'; env printf '%b\n' 'a\tb'; env echo -n a; env echo b; env test 1 = 1; echo $?; env [ a = b ] 2>/dev/null; echo $?
t yes; yes | head -n 2; yes a b | head -n 1
