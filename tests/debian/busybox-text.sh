#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# Applets that turn text into text; each runs as a program of its own.
mkdir /tmp/bb && busybox --install -s /tmp/bb && PATH=/tmp/bb && export PATH
t() { echo "## $1"; }
cd /tmp || exit 1
printf 'pear 3\napple 10\nfig 2\napple 1\n' >fruit
printf 'one\ntwo\nthree\n\nfive\n' >words

t cat; cat fruit words - </dev/null; cat -n words; cat -A words
t head; head -n 2 fruit; seq 30 | head -c 11; echo
t tail; tail -n 2 fruit; seq 30 | tail -n +28; tail -c 5 words
t cut; cut -d ' ' -f 2 fruit; cut -c 2-3 words
t sort; sort fruit; sort -k 2n fruit; sort -u -k 1,1 fruit; sort -r words
t uniq; sort fruit | cut -d ' ' -f 1 | uniq -c; printf 'a\na\nb\n' | uniq -d
t wc; wc fruit; wc -l <words; wc -c words
t tr; tr a-z A-Z <fruit; tr -d aeiou <words; echo 'aabbb' | tr -s ab
t tac; tac fruit
t rev; rev words
t fold; seq -s ' ' 40 | fold -w 20; echo 'a long line of words' | fold -s -w 8
t nl; nl words
t paste; paste fruit words; paste -s -d , fruit
t comm; printf 'a\nb\nc\n' >l1; printf 'b\nc\nd\n' >l2; comm l1 l2
t expand; printf 'a\tb\n' | expand -t 4; printf 'a       b\n' | unexpand -a
t od; printf 'abc\n\001\377' | od -c; printf 'abcd' | od -t x1
t hexdump; printf 'hello world 12345' | hexdump -C
t xxd; printf 'hello' | xxd; printf 'hello' | xxd -p
t base64; base64 <fruit; base64 <fruit | base64 -d; echo text | base32
t md5sum; md5sum fruit; md5sum fruit >sums; md5sum -c sums
t sha; sha1sum words; sha256sum words; sha512sum words; sha3sum words
t cksum; cksum fruit; crc32 fruit; sum fruit
t grep; grep -n ap fruit; grep -c e words; grep -v -i APPLE fruit; echo a+b | grep -F a+b
t egrep; egrep '^(one|two)$' words; fgrep -x two words
t sed; sed -e 's/a/A/g' -e 2d fruit; sed -n '/two/,/five/p' words; sed '$!N;s/\n/+/' fruit
t awk; awk '{ n[$1] += $2 } END { for (k in n) print k, n[k] }' fruit | sort
t awk-functions
awk 'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } BEGIN { print f(17), sprintf("%5.2f|%-4s|%x", 3.14159, "ab", 255), substr("parley", 2, 3), length("four"), index("abc", "c"), toupper("x") }'
t diff; diff fruit words; diff -u l1 l2 | tail -n +3
t cmp; cmp l1 l2; cmp l1 l1 && echo same
t strings; printf 'ab\001printable text\002\377xyzzy!\n' | strings
t split; seq 10 >ten; split -l 4 ten part.; cat part.aa; echo part.*
t tee; echo both | tee copy1 | cat; cat copy1
t printf; printf '%d %s %05.1f %x %c|%-5s|%5s\n' 42 str 2.55 255 z left right
t expr; expr 6 '*' 7; expr length parley; expr abc : 'a\(.\)c'; expr 1 '<' 2
t bc; echo '2^64; scale=5; 22/7' | bc
t dc; echo '3 4 + 2 * p' | dc
t factor; factor 97 360
t cal; cal 9 2026
t dos2unix; printf 'a\nb\n' >eol; unix2dos eol; od -c eol; dos2unix eol; od -c eol
t shuf; seq 20 | shuf | sort -n | md5sum; shuf -n 3 -e a b c | sort
t yes; yes ok | head -n 3
t seq; seq 3; seq 2 3 11; seq -w 8 10; seq 5 -2 1
t echo; echo -n no newline; echo; echo -e 'tab\there'
t less; less words | cat; more words | cat
t uuencode; printf 'some bytes' | uuencode name; printf 'some bytes' | uuencode name | uudecode -o -
t ascii; ascii 2>/dev/null | head -n 2
t ts; echo x | cut -b 1
