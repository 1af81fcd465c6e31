#!/bin/bash
# SPDX-License-Identifier: MIT
# bash as a programming language: what it has beyond a plain shell, and large inputs.
t() { echo "## $1"; }
cd /tmp || exit 1
shopt -s extglob # before the rows that use it are read

t version; echo "$BASH_VERSION" "${BASH_VERSINFO[0]}" "$0" "$BASH"; echo "$- $#"
t arrays; a=(one 'two words' three); echo "${#a[@]} ${a[1]} ${a[-1]}"; a+=(four); unset 'a[0]'; echo "${!a[@]}"; printf '<%s>' "${a[@]:1:2}"; echo; b=([5]=x [2]=y); declare -p b
t associative; declare -A m=([k]=v ['a b']=c); m[z]=1; for k in $(printf '%s\n' "${!m[@]}" | tr ' ' _ | sort); do echo "$k"; done; echo "${m['a b']} ${#m[@]}"; [[ -v m[z] ]] && echo set; unset 'm[z]'; [[ -v m[z] ]] || echo unset
t expansion; v=HelloWorld; echo "${v,,} ${v^^} ${v~} ${v:2:3} ${v: -3} ${v/o/0} ${v//o/0} ${v#*l} ${v%%l*} ${v@Q} ${v@a}"; n=v; echo "${!n}"; echo "${!BASH_VERSI*}"
t brace; echo {1..5} {a..e..2} {01..10..3} x{,y,z}{1,2} {5..1}
t tilde; echo ~ ~root; (HOME=/x; echo ~)
t arithmetic; echo $((2 ** 40)) $((16#ff + 8#17 + 2#101)) $((7 % -3)) $((-7 >> 1)) $((1 ? 2 : 3)) $((~5 & 0xf)); ((i = 5, i++)); echo $i; let 'j = i * 2'; echo $j; ((0)); echo $?; echo $((9223372036854775807 + 1))
t arithmetic-errors; (echo $((1 / 0))); echo $?; (echo $((08))); echo $?; (let 'x = ')
t test; [[ abc == a*c ]] && echo glob; [[ abc =~ ^(a)(.*)$ ]] && echo "${BASH_REMATCH[2]}"; [[ 10 -gt 9 && ! -e nothing ]] && echo both; [[ a < b ]] && echo less; [[ /proc -ef /proc/. ]] && echo same
t regex; re='([0-9]+)-([0-9]+)'; s='12-34 and 5-678'; while [[ $s =~ $re ]]; do echo "${BASH_REMATCH[1]}/${BASH_REMATCH[2]}"; s=${s#*"${BASH_REMATCH[0]}"}; done
t here-string; read -r a b <<<'first second third'; echo "$b"; tr a-z A-Z <<<"$(printf 'x\ny')"
t here-doc; cat <<A; cat <<-'B'
$((6 * 7)) $(echo sub) `echo tick` \$no
A
	raw $v
	B
t here-doc-large; { echo 'wc -c <<X; md5sum <<Y'; seq 9000; echo X; seq 30000; echo Y; } >hd; bash hd
t here-doc-pipe-sized; for n in 4095 4096 4097 65535 65536 65537; do s=$(head -c $n /dev/zero | tr '\0' x); wc -c <<<"$s"; done
t process-substitution; cat <(echo one) <(echo two); diff <(seq 5) <(seq 2 6); paste <(seq 3) <(seq 4 6); exec 6> >(sort -rn >ps.out); seq 5 >&6; exec 6>&-; wait $!; cat ps.out
t process-substitution-fds; wc -l < <(seq 100000); exec 7< <(echo by seven); read -r l <&7; echo "$l"; exec 7<&-; cat <(cat <(cat <(echo nested))); f() { cat "$1" "$2"; }; f <(echo p) <(echo q)
t process-substitution-name; echo <(:) | sed 's/[0-9][0-9]*/N/'; [ -p <(:) ] && echo pipe; tee >(wc -c >c1) >(md5sum >c2) >/dev/null < <(seq 20000); until [ -s c1 ] && [ -s c2 ]; do sleep 0.01; done; cat c1 c2
t dev-fd; echo in | cat /dev/fd/0; echo in | cat /dev/stdin; exec 8<<<text; cat /dev/fd/8; exec 8<&-; cat /dev/fd/8; echo $?
t coproc; coproc W { while read -r l; do echo "got $l"; done; }; echo a >&"${W[1]}"; read -r r <&"${W[0]}"; echo "$r"; p=$W_PID; eval "exec ${W[1]}>&-"; wait "$p"; echo $?
t coproc-simple; coproc sort -n; seq 5 -1 1 >&"${COPROC[1]}"; exec {COPROC[1]}>&-; cat <&"${COPROC[0]}"; wait
t coproc-died; coproc X { exit 3; }; p=$!; wait $p; echo $?; echo "${X[0]-closed}"
t redirections; { echo o; echo e >&2; } &>both; cat both; { echo o2; echo e2 >&2; } &>>both; sort both; exec {fd}>dyn; [ "$fd" -ge 10 ] && echo high; echo dyn >&"$fd"; exec {fd}>&-; cat dyn
t redirection-move; exec 5>mv; exec 6>&5-; echo moved >&6; exec 6>&-; cat mv; (echo x >&5); echo $?
t redirection-errors; cat <nothing; echo $?; echo x >/tmp; echo $?; echo x >nodir/f; echo $?; set -C; echo a >nc; echo b >nc; echo $?; echo c >|nc; cat nc; set +C; echo x >&99; echo $?
t read; printf 'a\\b c\n' | { read -r x; echo "$x"; }; printf 'abcdef' | { read -r -n 3 x; read -r -N 2 y; echo "$x $y"; }; printf 'x:y;z' | { read -r -d ';' p; echo "$p"; }; IFS=: read -r -a f <<<'1:2:3'; echo "${f[2]}"
t read-timeout; sleep 5 | { read -r -t 0.1 x; echo $(($? > 128)); }; read -r -t 0 </dev/null; echo $?; { sleep 0.3; echo late; } | { read -r -t 0.05 x; echo $(($? > 128)); read -r y; echo "$y"; }
t mapfile; mapfile -t l < <(seq 4); echo "${#l[@]} ${l[3]}"; mapfile -n 2 -s 1 k < <(seq 9); printf '%s' "${k[@]}"; readarray -d : -t q <<<'a:b'; echo "${q[0]}"; cb() { echo "at $1"; }; mapfile -C cb -c 2 z < <(seq 5)
t printf; printf '%05.2f|%-6s|%+d|%x|%o|%e|%c|%%|%b|%q\n' 3.14159 ab 7 255 8 12345.678 z 'a\tb' 'it is'; printf -v out '%s-' 1 2 3; echo "$out"; printf '%(%F)T\n' 0; printf '%d\n' abc; echo $?
t functions; f() { local -i n=$1; ((n < 2)) && { echo 1; return; }; echo $((n * $(f $((n - 1))))); }; f 8; g() { local -n ref=$1; ref=changed; }; w=old; g w; echo $w; h() { echo "${FUNCNAME[0]} ${FUNCNAME[1]} $LINENO"; }; k() { h; }; k; declare -f h
t function-recursion; d() { (($1 == 0)) && { echo bottom; return; }; d $(($1 - 1)); }; d 200; FUNCNEST=20; (d 30); unset FUNCNEST
t getopts; o() { local OPTIND c; while getopts ':ab:' c; do case $c in a) echo a;; b) echo "b=$OPTARG";; :) echo "needs $OPTARG";; ?) echo "bad $OPTARG";; esac; done; shift $((OPTIND - 1)); echo "$@"; }; o -a -b 1 rest more; o -x -b
t case; for x in apple 7 '' -o; do case $x in [0-9]) echo digit;;& a*) echo a-word;& z) echo fell;; '') echo empty;; *) echo other;; esac; done
t select; echo 2 | { select x in a b c; do echo "chose $x"; break; done; } 2>&1
t loops; for ((i = 0; i < 3; i++)); do echo $i; done; for i in 1 2 3; do for j in a b; do [ $j = b ] && continue 2; echo $i$j; done; done; until ((i-- <= 0)); do :; done; echo $i
t glob; mkdir -p g/s/t; touch g/{a,b,c}.txt g/s/{d.txt,.h} g/s/t/e.txt; cd g; echo *; shopt -s globstar dotglob nullglob; echo **/*.txt; echo s/* no*; shopt -u dotglob nullglob; echo no*; echo !(a*|b*) +(a|b).txt @(c).???; shopt -s failglob; (echo zz*); shopt -u failglob globstar; cd ..
t ifs; IFS=, ; x=a,b,,c; set -- $x; echo $#; echo "$*"; unset IFS; set -- 1 2; IFS=+; echo "$*"; unset IFS
t pipestatus; true | false | (exit 3); echo "${PIPESTATUS[@]}"; set -o pipefail; false | true; echo $?; set +o pipefail; ! false; echo $?; shopt -s lastpipe; echo v | read -r lp; echo "$lp"; shopt -u lastpipe
t errexit; (set -e; false || true; (false); echo no); echo $?; (set -e; f() { false; echo in; }; f || echo or; f; echo no); echo $?; (set -u; echo "$nope"); echo $?; (set -eo pipefail; false | true; echo no); echo $?
t errors; nosuchcmd; echo $?; /tmp; echo $?; ./nofile; echo $?; touch noexec; ./noexec; echo $?; bash nofile.sh; echo $?; cd nodir; echo $?; eval 'if'; echo $?; bash -c 'echo $(('; echo $?
t interpreter-errors; printf '#!/no/such\n' >bad; chmod +x bad; ./bad; echo $?; printf '#!/tmp\n' >bad; ./bad; echo $?; head -c 100 /dev/zero >zero; chmod +x zero; ./zero; echo $?; printf '\x7fELF\2\1\1' >elf; chmod +x elf; ./elf; echo $?; printf 'echo no header $0\n' >nh; chmod +x nh; ./nh
t argument-list; big=$(printf 'x%.0s' {1..130000}); /bin/echo "$big" | wc -c; big=$big$big; /bin/true "$big"; echo $?; big=${big::100000}; a=("$big"{,}{,}{,}); /bin/echo "${a[@]}" | wc -c; a=("${a[@]}"{,}{,}); echo ${#a[@]}; /bin/true "${a[@]}"; echo $?; export big; env -i /bin/true; /bin/true; echo $?; unset big a
t argument-count; /bin/echo {1..8000} | md5sum; set -- {1..5000}; echo $# "${@: -1}"; shift 4000; echo $# $1
t environment; export A=1; bash -c 'echo $A; A=2; export A; env | grep ^A='; echo $A; B=2 bash -c 'echo $B'; env -i bash -c 'export -p'; export -n A; bash -c 'echo ${A-none}'; declare -x C=3; f() { echo exported; }; export -f f; bash -c f
t subst; echo "$(cd /; pwd) $(pwd)"; echo "$(<hd)" | head -n 1; x=$(printf 'a\0b' 2>/dev/null); echo "$x"; echo $(exit 4) $?; y=$(exit 5); echo $?
t subst-large; x=$(seq 50000); echo ${#x}; y=$(yes | head -c 500000 | tr -d '\n'); echo ${#y}; [[ $y == *[!y]* ]] || echo all; unset x y
t subshell; x=1; (x=2; echo $x $BASH_SUBSHELL); echo $x $BASH_SUBSHELL; ( (echo $BASH_SUBSHELL) ); [ $BASHPID = $$ ] && echo same; (a=$$; [ $BASHPID != $a ] && echo differs); { x=3; }; echo $x
t exec; (exec -a myname bash -c 'echo $0'); (exec nosuch; echo no); echo $?; (shopt -s execfail; exec nosuch; echo still); exec 3<hd; bash -c 'exec 0<&3; read -r l; echo "$l"'; exec 3<&-
t source; echo 'echo sourced $1; r=5; return 6' >src; . ./src arg; echo $? $r; . ./nosrc; echo $?; source /dev/stdin <<<'echo from stdin'; source <(echo 'echo from a pipe')
t eval; eval 'e=$((1 + 1))'; echo $e; eval "$(echo 'for q in 1 2; do echo q$q; done')"; c='echo "quoted arg"'; $c; eval $c
t xtrace; (set -x; x=1; echo "$x" 'a b'; [[ -n $x ]]; for i in 1; do :; done); (PS4='+$LINENO: '; set -x; :) 2>&1 | sed 's/[0-9][0-9]*/L/'; exec 9>xt; BASH_XTRACEFD=9; set -x; echo apart; set +x; unset BASH_XTRACEFD; cat xt
t verbose; bash -v -c 'echo a; echo b'; bash -n -c 'echo never; if'; echo $?
t directories; mkdir -p d1/d2; ln -s d1/d2 dl; cd dl; pwd; pwd -P; cd ..; pwd; cd -; cd /tmp; pushd d1 >/dev/null; pushd d2; dirs -v; popd; popd >/dev/null; cd -P dl; pwd; cd /tmp; (mkdir gone; cd gone; rmdir ../gone; pwd; cd .; echo $?; bash -c 'pwd' 2>&1)
t umask-ulimit; umask 027; umask; umask -S; touch um; stat -c %a um; umask 022; ulimit -S -n 100; ulimit -n; (ulimit -n 20; exec 19</dev/null && echo nineteen; exec 20</dev/null; echo $?); { (ulimit -f 2; head -c 5000 /dev/zero >lim; echo $?; stat -c %s lim); } 2>&1 | sed 's/: *[0-9]* File/: File/'; ulimit -u 2>/dev/null >&2 && echo u
t hash; hash -r; ls >/dev/null; hash -t ls; type -t ls cd if f nosuch; type -a true; command -v cat; builtin echo b; command -V nosuch; enable -n echo; type echo; enable echo
t variables; readonly ro=1; (ro=2); echo $?; declare -i num=3+4; echo $num; declare -u up=abc; echo $up; declare -p ro; [ "$RANDOM" != "$RANDOM" ] || [ "$RANDOM" != "$RANDOM" ] && echo random; s=$SECONDS; [ "$s" -ge 0 ] && echo seconds; [[ $EPOCHREALTIME == *.* ]] && echo real; echo $UID $EUID $PPID | sed 's/ [0-9]*$//'; echo $HOSTTYPE $OSTYPE
t time; TIMEFORMAT='%0lR'; time true; TIMEFORMAT=; time sleep 0.01; times | wc -l; { time -p true; } 2>&1 | sed 's/[0-9.][0-9.]*/N/'
t history; set -o history; history -s 'echo one'; history -s 'echo two'; history | sed 's/^ *[0-9]* *//' | head -n 2; set +o history
t completion; compgen -W 'alpha beta alps' al; compgen -b | grep -c .; compgen -c ls | sort -u | head -n 3; complete -W 'x y' foo; complete -p foo; cd g; compgen -f a; compgen -d; cd ..
t restricted; bash -r -c 'cd /; echo $?'; bash -r -c 'echo x >f'; bash --posix -c 'echo $POSIXLY_CORRECT'; bash -O extglob -c 'shopt extglob'; bash --nosuch 2>&1 | head -n 1; bash -c 'exit 257'; echo $?
t loops-long; i=0; while ((i < 4000)); do ((i++)); done; echo $i; s=; for i in {1..1000}; do s+=$i; done; echo ${#s} | md5sum
t sort-in-bash; q() { local p=$1; shift; local l=() r=() x; (($#)) || { echo -n "$p "; return; }; for x; do ((x < p)) && l+=($x) || r+=($x); done; ((${#l[@]})) && q "${l[@]}"; echo -n "$p "; ((${#r[@]})) && q "${r[@]}"; }; q 5 3 9 1 7 2 8; echo
