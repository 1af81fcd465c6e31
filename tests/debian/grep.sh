#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU grep.
t() { echo "## $1"; }
mkdir /tmp/g && cd /tmp/g || exit 1
printf 'The quick brown fox\njumps over\nthe lazy dog\n\nfoo123 bar\n' >text
mkdir -p d/e; echo needle >d/one; echo hay >d/two; echo 'needle in e' >d/e/three

t basic; grep the text; grep -i the text; grep -v o text; grep -c o text; grep -n fox text
t regex; grep '^the' text; grep 'g$' text; grep 'fo\{1,2\}' text; grep '[0-9]\+' text; grep '\(o\).*\1' text
t extended; grep -E '(quick|lazy) [a-z]+' text; grep -E 'o{2}|x$' text; egrep 'b(ro|a)' text
t fixed; grep -F 'o123' text; grep -F -e fox -e dog text; printf 'fox\nlazy\n' >pats; grep -f pats text; fgrep . text
t perl; grep -P '\d{3}\s' text; grep -oP '(?<=quick )\w+' text; grep -P 'j(?!x)' text
t only; grep -o 'o[a-z]' text; grep -ob fox text; grep -m 1 o text
t context; grep -A 1 quick text; grep -B 1 lazy text; grep -C 1 jumps text; grep -n -A1 -B1 over text
t words; grep -w the text; grep -x 'jumps over' text; grep -iw 'THE' text
t files; grep -l needle d/one d/two; grep -L needle d/one d/two; grep -h needle d/*/* d/one; grep -H hay d/two
t recursive; grep -r needle d | sort; grep -rl needle d | sort; grep -r --include='o*' needle d; grep -R --exclude-dir=e needle d
t input; echo 'from pipe' | grep pipe; cat text | grep -n lazy -; grep --label=in -H fox - <text
t status; grep -q fox text; echo $?; grep -q nope text; echo $?; grep x nothing; echo $?; grep -s x nothing; echo $?; grep '\(' text; echo $?
t binary; printf 'bin\0needle\n' >bin; grep needle bin; grep -a -c needle bin; grep -z bin bin | od -c
t empty; grep -c '' text; grep -v '' text; echo $?; grep -n '^$' text; grep '' /dev/null; echo $?
t large; seq 1 100000 >n; grep -c 7 n; grep -n '^99999$' n; grep -E '^(1|2)0+$' n; grep -v '[0-8]' n; tail -c 100 n | grep -c .
t colour; grep --color=always fox text
t classes; printf 'tab\there\nUPPER\nlower9\n' | grep -E '[[:upper:]]{2}|[[:digit:]]|[[:space:]]'
