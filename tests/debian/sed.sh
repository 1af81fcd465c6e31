#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU sed.
t() { echo "## $1"; }
mkdir /tmp/s && cd /tmp/s || exit 1
printf 'one\ntwo\nthree\nfour\nfive\n' >n

t substitute; sed 's/o/0/' n; sed 's/e/E/g' n; sed 's/e/E/2' n; sed -n 's/t/T/p' n; sed 's/ONE/1/I' n | head -n 1
t groups; sed 's/\(.\)\(.\)/\2\1/' n; sed -E 's/(t)(.*)/[\2\1]/' n; sed 's/.*/<&>/' n; sed 's/\(^\|[^a-z]\)t/\1T/' n
t case; sed 's/.*/\U&/' n; sed 's/\(.\)\(.*\)/\u\1\L\2/' n; sed 'y/abcdeo/ABCDEO/' n
t address; sed -n 2p n; sed -n '2,4p' n; sed -n '$p' n; sed '1d;$d' n; sed -n '/two/,/four/p' n; sed '/t/!d' n; sed -n '1~2p' n; sed -n '2,+1p' n
t edit; sed '2i\before' n; sed '2a after' n; sed '3c changed' n; sed '$a end' n; sed '/two/{s/t/T/;s/o/O/}' n
t hold; sed -n '1!G;h;$p' n; sed 'G' n | head -n 4; sed -n 'H;${x;s/\n/,/g;p}' n
t branch; sed ':a;N;$!ba;s/\n/ /g' n; echo aaa | sed ':l;s/a/b/;tl'; sed '/t/b;s/$/!/' n; echo x | sed 's/y/z/;T;s/$/no/'
t next; sed -n 'n;p' n; sed '$!N;P;D' n; sed 'N;s/\n/-/' n; sed -n '/one/{n;p}' n
t quit; sed 2q n; sed '2q7' n; echo $?; sed -n '3{p;q}' n; sed 'Q' n
t files; sed -i 's/one/ONE/' n; head -n 1 n; sed -i.bak '1d' n; ls; cat n.bak; sed 'w out' n >/dev/null; cat out; sed '1r n.bak' n; sed -s -n '$p' n n.bak
t script; printf 's/t/T/\n# comment\n/four/d\n' >sc; sed -f sc n; printf '#!/bin/sed -f\ns/five/5/\n' >ex; chmod +x ex; ./ex n
t print; sed -n '=' n; sed -n 'l' n; printf 'a\tb\001\n' | sed -n l; sed '=' n | head -n 2
t special; echo 'a/b' | sed 's|/|\\|'; echo 'a.b' | sed 's/\./\n/'; echo tab | sed 's/a/\t/'; echo '1 2' | sed -E 's/([0-9]) ([0-9])/\2 \1/'; echo ab | sed 's/\x61/X/'
t null; printf 'a\0b\0' | sed -z 's/^/x/' | od -c
t execute; echo 'echo executed' | sed e; echo x | sed 's/x/echo sub/e'
t large; seq 1 50000 | sed -n '/9999$/p'; seq 1 20000 | sed 's/$/ x/' | md5sum; seq 5000 | sed -n '$='
t errors; sed 'k' n; sed 's/a' n; sed p nothing; echo $?; sed --posix 's/a\+/b/' n | head -n 1
t status; sed -n p /dev/null; echo $?; printf 'no newline' | sed 's/n/N/'; echo
