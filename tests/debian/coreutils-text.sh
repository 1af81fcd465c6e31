#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU coreutils that turn text into text.
t() { echo "## $1"; }
cd /tmp || exit 1
printf 'pear 3\napple 10\nfig 2\napple 1\n' >fruit

t cat; cat -n fruit; cat -A fruit; printf 'x' | cat fruit -
t head-tail; seq 100 | head -n 3; seq 100 | tail -n 2; seq 10 | head -n -7; seq 10 | tail -n +9; seq 100 | head -c 5; echo
t sort; sort -k2,2n fruit; sort -t ' ' -k1,1 -k2,2nr fruit; printf '10K\n2M\n1\n' | sort -h; printf 'v1.10\nv1.9\n' | sort -V; sort -c fruit; echo $?
t sort-large; seq 1 50000 | sort -R | sort -n | md5sum; seq 1 50000 | sort -rn --parallel=2 -S 100k | md5sum
t uniq; cut -d' ' -f1 fruit | sort | uniq -c; printf 'a\nA\n' | uniq -i
t wc; wc fruit; wc -L fruit; printf 'no newline' | wc
t cut; cut -d' ' -f2 fruit; cut -c1-2,4 fruit; cut -d' ' --complement -f1 fruit
t paste-join; sort fruit >s1; printf 'apple red\nfig purple\n' >s2; join s1 s2; paste -d'|' fruit s2; paste -s fruit
t comm; printf '1\n2\n' >c1; printf '2\n3\n' >c2; comm c1 c2; comm -12 c1 c2
t tr; echo Hello | tr 'a-zA-Z' 'n-za-mN-ZA-M'; echo aaabbb | tr -s a; echo a1b2 | tr -cd '[:digit:]'; echo
t fmt-fold; seq -s ' ' 60 | fmt -w 30; seq -s ' ' 30 | fold -w 25; printf 'x\n' | pr -t -2 -w 20
t nl-tac; nl -ba fruit; tac fruit; rev fruit 2>/dev/null || echo 'no rev'
t expand; printf 'a\tb\tc\n' | expand -t 3; printf '        x\n' | unexpand
t od; printf 'parley\0\1\2' | od -An -tx1 -tc; printf '\1\0\0\0\2\0\0\0' | od -An -td4
t sums; md5sum fruit; sha1sum fruit; sha224sum fruit; sha256sum fruit; sha384sum fruit; sha512sum fruit; b2sum fruit; cksum fruit; sum fruit; sha256sum fruit >ck; sha256sum -c ck
t base; base64 fruit; base32 fruit; base64 fruit | base64 -d | cmp - fruit 2>/dev/null; basenc --base16 fruit
t seq; seq 3; seq -s, 1 0.5 3; seq -w 9 11; seq -f 'n%g' 2
t factor; factor 1 2 97 5040 18446744073709551557; seq 20 30 | factor | tail -n 2
t numfmt; numfmt --to=iec 1048576; numfmt --from=si 4K; numfmt --grouping 12345
t expr; expr 7 \* 6; expr abcdef : 'abc\(.*\)'; expr length four; expr substr parley 2 3; expr 1 = 2; echo $?
t printf; printf '%5d|%-5s|%05.2f|%x|%o|%e|%c|%b|%q\n' 42 ab 3.14159 255 8 12345.678 z 'a\tb' "it's"
t echo; echo -e 'a\tb\\n'; /bin/echo -n x; /bin/echo -e '\101'
t test; test 1 -lt 2 && echo lt; [ abc = abc ] && echo eq; test -e nothing || echo none; [ ! -s /dev/null ] && echo empty
t shuf; shuf -i 1-20 | sort -n | tr '\n' ' '; echo; shuf -n 2 fruit | wc -l
t split-csplit; seq 10 >ten; split -l 3 -d ten sp.; cat sp.03; split -n 2 ten hp.; wc -c hp.*; csplit -s ten 4 8; head xx0?
t tee; echo t | tee f1 f2; cat f1 f2; echo more | tee -a f1 >/dev/null; cat f1
t tsort; printf 'a b\nb c\na c\n' | tsort
t ptx; printf 'one two\n' | ptx | head -n 2
t yes; yes yes yes | head -n 2
t dircolors; dircolors -b | head -c 10; echo
t errors; cat nothing; head -n x fruit; sort nothing; cut fruit; echo "$?"
