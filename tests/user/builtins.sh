#!/bin/sh
# SPDX-License-Identifier: MIT
# Builtins one by one: read, printf, test, getopts, options, aliases, names.
t() { echo "## $1"; }
p() { printf '<%s>' "$@"; echo; }

t read-fields; echo 'a b c d' | { read x y; p "$x" "$y"; }; echo '  lead  trail  ' | { read x; p "$x"; }; echo 'one' | { read x y; p "$x" "$y"; }; echo | { read x y; echo $?; p "$x" "$y"; }; printf '' | { read x; echo $?; p "$x"; }; printf 'no newline' | { read x; echo $?; p "$x"; }
t read-ifs; echo 'a:b:c' | { IFS=: read x y; p "$x" "$y"; }; echo ':a::b:' | { IFS=: read w x y z; p "$w" "$x" "$y" "$z"; }; echo ' a : b ' | { IFS=' :' read x y z; p "$x" "$y" "$z"; }; echo 'a,b' | { IFS= read x; p "$x"; }; echo '  keep  ' | { IFS= read x; p "$x"; }; echo 'a:b:' | { IFS=: read x y; p "$x" "$y"; }; echo 'a:b::' | { IFS=: read x y; p "$x" "$y"; }
t read-backslash; printf 'a\\ b c\n' | { read x y; p "$x" "$y"; }; printf 'a\\\nb c\n' | { read x y; p "$x" "$y"; }; printf 'a\\b\n' | { read x; p "$x"; }; printf 'a\\b\\\n' | { read -r x; p "$x"; }; printf 'x\\\n' | { read x; echo $?; p "$x"; }
t read-loop; printf '1 a\n2 b\n3 c\n' | while read n l; do echo "$l$n"; done; seq 3 > f; while read x; do echo "[$x]"; done < f; while read x <&3; do read y <&4; echo "$x$y"; done 3<f 4<f; rm f; printf 'a\nb' | while read x || [ -n "$x" ]; do echo "$x"; done
t read-rest; printf '1\n2\n3\n' | { read x; cat; }; printf 'a\nb\n' | { read x; read y; p "$x" "$y"; read z; echo $?; }
t read-errors; read 2>/dev/null </dev/null; echo $?; (echo x | read 1bad) 2>/dev/null; echo $?; readonly RO=1; (echo x | { read RO; echo no; }) 2>/dev/null; echo $?; read -p prompt x </dev/null; echo $?
t printf-strings; printf '%s\n' a b c; printf '%s %s\n' a b c; printf '%5s|%-5s|%.2s|%5.1s|\n' ab cd efg hij; printf '%c%c\n' abc def; printf '%s\n'; printf 'none\n' x y; printf '%%\n'; printf '%b\n' 'a\tb' '\0101' 'x\\y'; printf '%b' 'stop\cno' no; echo; printf '%*s|%-*s|\n' 5 a 5 b
t printf-numbers; printf '%d %i %u\n' 5 -5 5; printf '%x %X %o %#x %#o\n' 255 255 8 255 8; printf '%05d|%+d|% d|%-5d|%5d\n' 42 42 42 42 42; printf '%d\n' 0x1f 010 "'A" '"B' ; printf '%d %d\n' 1; printf '%.3d\n' 5; printf '%e %f %g\n' 1.5 1.5 1.5
t printf-escapes; printf 'a\tb\nc\\d\101\x\n'; printf '\a\b\f\v\r' | od -An -c; printf '\0123' | od -An -c; printf 'a\0b' | od -An -c; printf '%s' 'a\nb'; echo
t printf-bad; printf '%d\n' abc; echo $?; printf '%d\n' 5x; echo $?; printf '%d\n' ''; echo $?; printf '%d\n' 99999999999999999999; echo $?
t echo; echo -n a; echo b; echo -e 'x\ty'; echo 'a\tb'; echo 'a\nb'; echo 'stop\cno'; echo; echo '\0101'; echo -; echo --; echo -nn; echo "a  b" c; echo '\\'
t test-strings; for e in '' x -n; do [ "$e" ]; echo -n "$? "; [ -n "$e" ]; echo -n "$? "; [ -z "$e" ]; echo -n "$? "; [ ! "$e" ]; echo $?; done; [ a = a ]; echo $?; [ a = b ]; echo $?; [ a != b ]; echo $?; [ a \< b ]; echo $?; [ b \> a ]; echo $?; [ "" = "" ]; echo $?; [ ]; echo $?
t test-numbers; [ 1 -eq 1 ]; echo $?; [ 01 -eq 1 ]; echo $?; [ -1 -lt 0 ]; echo $?; [ 2 -gt 10 ]; echo $?; [ 3 -le 3 ]; echo $?; [ 3 -ge 4 ]; echo $?; [ 1 -ne 2 ]; echo $?; [ " 5 " -eq 5 ]; echo $?; [ x -eq 1 ]; echo $?; [ 1 -eq ]; echo $?; [ 1 -foo 2 ]; echo $?
t test-files; touch e; echo x >n; mkdir d; ln -s n l; ln -s nowhere b; mkfifo ff; for f in e n d l b ff none; do for o in -e -f -d -h -L -s -r -w -x -p -b -c -S -u -g -k; do [ $o $f ]; echo -n $?; done; echo " $f"; done; chmod +x e; [ -x e ]; echo $?; touch -d '2001-01-01' old; [ n -nt old ]; echo $?; [ old -ot n ]; echo $?; [ n -ef l ]; echo $?; [ -t 0 ]; echo $?; rm -r e n d l b ff old
t test-logic; [ a -a b ]; echo $?; [ a -a "" ]; echo $?; [ "" -o b ]; echo $?; [ ! a -o b ]; echo $?; [ \( a \) ]; echo $?; [ \( "" -o a \) -a b ]; echo $?; [ ! \( a \) ]; echo $?; [ ! ! a ]; echo $?; [ -f -a -d ]; echo $?; [ = = = ]; echo $?; [ ! = a ]; echo $?; [ \( = \( ]; echo $?; test; echo $?; test a; echo $?; test ! ; echo $?
t test-errors; [ a; echo $?; [ a b ]; echo $?; [ a b c ]; echo $?; [ a = b c ]; echo $?; [ -e ]; echo $?; [ \( a ]; echo $?
t getopts; g() { OPTIND=1; while getopts ab:c o "$@"; do echo "$o ${OPTARG-unset}"; done; echo "end $o $OPTIND"; shift $((OPTIND-1)); p "$@"; }; g -a -b val -c rest; g -acb val x; g -bval; g -- -a; g x -a; g -a - b; g
t getopts-errors; g() { OPTIND=1; while getopts "$1" o; do echo "$o [${OPTARG-unset}]"; done; }; h() { s=$1; shift; OPTIND=1; while getopts "$s" o "$@"; do echo "$o [${OPTARG-unset}] $OPTIND"; done; echo $?; }; h ab: -x; h :ab: -x; h ab: -b; h :ab: -b; h :a -a -z -a
t getopts-params; set -- -x -y arg z; while getopts xy: o; do echo $o $OPTARG; done; echo $OPTIND; shift $((OPTIND-1)); p "$@"; OPTIND=1; set -- -x; getopts x o; echo $? $o; getopts x o; echo $? $o
t shift; set -- a b c; shift; p "$@"; shift 2; p "$@"; (shift; echo no); echo $?; set -- 1 2; (shift 3; echo no); echo $?; shift 0; p "$@"
t umask; (umask 022; umask; umask 077; umask; umask -S; touch f; ls -l f | cut -c1-10; rm f; umask u=rwx,g=rx,o=; umask; umask g+w; umask; umask a=rx; umask); (umask 999) 2>/dev/null; echo $?; (umask 0; mkdir d; ls -ld d | cut -c1-10; rmdir d)
t ulimit; ulimit -n; (ulimit -n 50; ulimit -n); (ulimit -Sn 40; ulimit -Sn; ulimit -Hn); (ulimit -c 0; ulimit -c); (ulimit -f 10; ulimit -f; ulimit -t); (ulimit -n 30; ulimit -n 40) 2>/dev/null; echo $?; ulimit -Q 2>/dev/null; echo $?; (ulimit -s 1000; ulimit -s); (ulimit -f 1; (trap '' XFSZ; head -c 2000 /dev/zero > big) 2>/dev/null; wc -c < big; rm big)
t alias-basic; alias hi='echo hello' two='hi; hi'
hi world
two there
alias hi; alias nosuch; echo $?; unalias hi; hi 2>/dev/null; echo $?
alias e='echo ' w=word
e w w
unalias -a; alias; alias if='echo' 2>/dev/null; unalias if 2>/dev/null
t alias-recursion; alias ls='ls -d' echo='echo E'
ls /; echo x; unalias ls echo; alias a=b b=a
a 2>/dev/null; echo $?; unalias a b
t type; type echo; type cat | sed 's/ is .*/ is X/'; type if; f() { :; }; type f; alias al=x; type al; type nosuch; echo $?; unalias al
t command-v; command -v echo; command -v if; command -v f; alias al='x y'; command -v al; unalias al; command -v nosuch; echo $?; command -v /bin/sh; command -v cat >/dev/null; echo $?; command -V echo; command echo direct; command -p echo std; f() { echo shadow; }; echo() { printf 'mine %s\n' "$*"; }; echo a; command echo b; unset -f echo
t hash; hash -r; hash cat; echo $?; hash nosuch; echo $?; PATH=/nowhere; hash -r; cat; echo $?; PATH=/usr/bin:/bin
t unset; x=1; unset x; p "${x-gone}"; unset nosuch; echo $?; f() { :; }; unset -f f; f 2>/dev/null; echo $?; readonly r=1; (unset r; echo no); echo $?; unset -v x; echo $?; x=1; f() { unset x; }; f; p "${x-gone}"; a=1 b=2; unset a b; p "$a$b"
t readonly; readonly q=5; (q=6; echo no); echo $?; (q=6 true; echo no) 2>/dev/null; echo $?; readonly | grep "^readonly q="; readonly -p | grep -c q=; (export q=7) 2>/dev/null; echo $?; (local q) 2>/dev/null; readonly rz; (rz=1) 2>/dev/null; echo $?
t export; export EX=1; sh -c 'echo $EX'; EY=2; export EY; sh -c 'echo $EY'; export EZ; sh -c 'echo ${EZ-unset}'; EZ=3; sh -c 'echo $EZ'; export -p | grep '^export E[XYZ]='; unset EX; sh -c 'echo ${EX-gone}'; export A=1 B="two words"; sh -c 'echo $A $B'; export 'C=$x y'; sh -c 'echo "$C"'
t set-quoting; v="it's"; set | grep '^v='; v='a b'; set | grep '^v='; v='$x'; set | grep '^v='; v=; set | grep '^v='; v='a
b'; set | grep '^v='; export -p >/dev/null; echo $?
t set-options; set -o | sed 's/[ 	].*//' | grep -c . >/dev/null; set +o | grep -c . >/dev/null; set -f; echo *; set +f; case $- in *f*) echo f;; esac; set -o noglob; echo *; set +o noglob; (set -u; echo ${x-ok}; echo ${#}; echo "$@" $*); (set -eu; echo both); set -- -x a; p "$@"; set +x; set -
t xtrace; (set -x; echo a 'b c' "$HOME"; x=1 y=2; x=3 echo z; for i in 1 2; do :; done; case a in a) echo c;; esac; [ 1 = 1 ] && echo t; f() { echo in; }; f arg; (echo sub); echo r > /dev/null; y=$(echo s); set +x; echo quiet) 2>&1; (PS4='T> '; set -x; echo a) 2>&1; PS4='+ '
t xtrace-quotes; (set -x; echo '' 'a$b' "it's" 'a;b' '*' '#x' 'a=b' 'tab	x') 2>&1
t verbose; printf 'set -v\necho a # c\nx=1\nset +v\necho b\n' > v.sh; sh ./v.sh 2>&1; rm v.sh
t nounset; (set -u; echo $nope; echo no); echo $?; (set -u; echo ${nope}x); echo $?; (set -u; x=; echo "[$x]"); (set -u; echo $1; echo no); echo $?; (set -u; echo ${nope:-d} ${nope-d} ${nope:+a}); (set -u; echo ${#nope}; echo no); echo $?; (set -u; echo ${nope#x}; echo no); echo $?
t errexit-more; (set -e; f() { false; echo in; }; if f; then echo y; fi; echo z); (set -e; x=1; [ $x = 2 ] || echo o; [ $x = 2 ] && echo n; echo p); (set -e; for i in 1 2; do [ $i = 3 ] && echo n; done; echo q); echo $?; (set -e; until false; do break; done; echo u); (set -e; case x in x) false;; esac; echo no); echo $?; (set -e; (exit 3); echo no); echo $?; (set -e; true | false; echo no); echo $?; (set -e; ! { false; }; echo r); (set -e; echo $(false) s); (set -e; trap 'echo trap' EXIT; false); echo $?
t exit-trap-status; sh -c 'trap "echo t; false" EXIT; exit 3'; echo $?; sh -c 'trap "exit" EXIT; exit 4'; echo $?; sh -c 'trap "echo \$?" EXIT; (exit 5)'; echo $?
t times; times | grep -c 'm.*s'; times >/dev/null; echo $?
base=$PWD
t cd; mkdir -p a/b; b() { echo ".${PWD#"$base"}"; }; cd a/b; b; cd ..; b; cd -; b; cd "$base"; cd nosuch; echo $?; ln -s a/b l; cd l; b; pwd -P; cd ..; b; cd -P l; b; cd "$base"; CDPATH=a; cd b; b; unset CDPATH; cd "$base"; HOME=$base/a; cd; b; cd "$base"; unset HOME; cd; echo $?; b; cd ''; echo $?; b; cd "$base"; rm -r a l
t cd-more; mkdir -p x/y; cd ./x/../x/./y; b; cd ../../x//y/; b; cd "$base"; (unset PWD; cd x; pwd); (PWD=/lie; cd x; pwd; echo $PWD); (cd x; rmdir y; cd ..; pwd); rmdir x; mkdir gone; (cd gone; rmdir ../gone; cd .. && pwd); cd "$base"; cd file 2>/dev/null; echo $?; : >file; cd file; echo $?; rm file
t pwd; mkdir p; cd p; PWD=/lie; pwd; cd "$base"; rmdir p; (cd /; pwd); (cd /usr/../bin/.; pwd); (cd /usr/bin; cd ../../; pwd)
t eval-quoting; x='a b'; eval "y='$x'"; p "$y"; eval p '$x' '"$x"'; z=x; eval "p \"\$$z\""; eval 'eval "p \$x"'; eval '' ; echo $?; eval ' '; echo $?; false; eval; echo $?; eval 'if true; then
echo multi
fi'
t dot-more; echo 'p "$@" $#' > d; set -- x y; . ./d; . ./d a; p "$@"; echo 'return 4' > d; . ./d; echo $?; echo 'false' > d; . ./d; echo $?; : > d; false; . ./d; echo $?; echo 'f() { echo from-dot; }' > d; . ./d; f; echo 'x=$(' > d; (. ./d; echo no) 2>/dev/null; echo $?; rm d
t exec-fd; exec 5>f; echo a >&5; (echo b >&5); exec 5>&-; cat f; exec 6<f; read x <&6; cat <&6; exec 6<&-; p $x; exec 7<>f; read y <&7; echo Z >&7; exec 7>&-; cat f; rm f; { exec 8>g; }; echo g >&8; exec 8>&-; cat g; rm g; exec 3>&1; { echo to3 >&3; } >/dev/null; exec 3>&-
t trap-more; (trap 'echo int' INT; trap; kill -INT $(exec sh -c 'echo $PPID'); echo after); (trap 'echo a' TERM HUP; trap - TERM; trap); trap -- 'echo x' USR1; trap; trap - USR1; (trap '' HUP; trap); (trap 'x=1' USR1; kill -USR1 $(exec sh -c 'echo $PPID'); p $x); (f() { trap 'echo fexit' EXIT; }; f; echo body)
t colon; : a b $(echo effect >&2) 2>&1; echo $?; : ${x:=def}; p $x; unset x
t true-false; true x; echo $?; false x; echo $?
t break-args; for i in 1 2 3; do for j in 1 2; do [ $j = 2 ] && break 1; echo $i$j; done; [ $i = 2 ] && break; done; (break 0) 2>/dev/null; for i in 1; do (break x; echo no) 2>/dev/null; echo $?; done; break; echo $?; continue; echo $?
t return-top; (return 3; echo no); echo $?; f() { return 256; }; f; echo $?; f() { (return 3); echo $?; }; f; f() { for i in 1 2 3; do [ $i = 2 ] && return $i; done; }; f; echo $?
t local-more; f() { local a=1; a=2; g; echo $a; }; g() { a=3; }; a=0; f; echo $a; f() { local a b=$a; p "$a" "$b"; }; a=9; f; f() { local IFS=,; x=a,b; p $x; }; f; p a,b; f() { local "$1"; p "$qq"; }; f qq=5; f() { local -; set -f; echo *; }; f; case $- in *f*) echo leak;; esac
t lineno; sh -c 'echo $LINENO
echo $LINENO
f() {
echo $LINENO
}
f' | head -n 2
t ppid; [ "$PPID" -gt 0 ]; echo $?; (echo $PPID) | grep -qx $PPID; echo $?
t special-vars; p "${OPTIND}" "${PS1-unset}" "${PS2-unset}" "${PS4-unset}"; IFS=x; p "$IFS"; unset IFS; sh -c 'printf "%s" "$IFS" | od -An -c'; IFS=abc sh -c 'printf "%s" "$IFS" | od -An -c'
t kill-builtin; kill -l TERM 2>/dev/null; kill -l 1 9 15 2>/dev/null | head -n 1; kill -s 0 $$; echo $?; kill -0 $$; echo $?; kill -s NOSUCH $$; echo $?; kill; echo $?; kill abc; echo $?; sleep 5 & kill -TERM $!; wait $!; echo $?; sleep 5 & kill -s KILL $! ; wait $!; echo $?
t wait-errors; wait abc; echo $?; wait %9; echo $?; (exit 7) & wait %1; echo $?
t the-end; echo reached
