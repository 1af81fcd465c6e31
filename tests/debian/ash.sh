#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# busybox ash as a programming language.
t() { echo "## $1"; }
cd /tmp || exit 1

t expansion
v=hello.tar.gz; echo "${v%.*} ${v%%.*} ${v#*.} ${v##*.} ${#v} ${nope:-default} ${v:1:3} ${v/l/L} ${v//l/L}"
unset u; : "${u:=assigned}"; echo "$u"; echo "${u:+set}" "${nope+unset}"
t arithmetic; echo $((1 + 2 * 3)) $((7 / 2)) $((7 % 3)) $((1 << 10)) $((0x1f)) $((5 > 3 && 2 < 1)) $((-7 / 2)); i=5; echo $((i++ + ++i)) $i
t quoting; echo 'single $x' "double $((1+1))" back\\slash "a  b"   c; printf '%s|' "$@" a "b c" ''; echo
t loops; for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done; while read -r a b; do echo "$b-$a"; done <<X
1 one
2 two words
X
until [ "${n:=0}" -ge 3 ]; do n=$((n + 1)); done; echo $n
t case; for x in apple 42 '' --opt; do case $x in [0-9]*) echo number;; a*|b*) echo word;; '') echo empty;; -*) echo option;; esac; done
t functions; f() { local x=$1; [ "$x" -le 1 ] && { echo 1; return; }; echo $((x * $(f $((x - 1))))); }; f 10; g() { return 7; }; g; echo $?
t heredoc; cat <<A; cat <<'B'; cat <<-C
sum $((2 + 2)) $(echo sub)
A
raw $x $(no)
B
	tabs gone
	C
t redirections; { echo out; echo err >&2; } 2>&1 | sort; echo x >f; echo y >>f; cat <f; exec 5>g; echo five >&5; exec 5>&-; cat g; cat <nothing; echo $?
t pipelines; seq 5 | while read -r n; do echo $((n * n)); done | paste -s -d + 2>/dev/null || seq 5; ! true; echo $?; false | true; echo $?
t pipefail; set -o pipefail; false | true; echo $?; set +o pipefail
t subshell; x=1; (x=2; echo $x); echo $x; { x=3; }; echo $x; echo $(echo a; echo b)
t read; echo 'a:b:c' | { IFS=: read -r p q r; echo "$p $q $r"; }; printf 'no newline' | { read -r l; echo "$? $l"; }; printf 'abc' | { read -r -n 2 c; echo "$c"; }
t getopts; set -- -a -b val rest; while getopts ab: o; do echo "$o=$OPTARG"; done; shift $((OPTIND - 1)); echo "$*"
t trap; (trap 'echo int' INT; kill -INT $(exec sh -c 'echo $PPID')); (trap 'echo exit $?' EXIT; false); (trap '' TERM; kill -TERM $(exec sh -c 'echo $PPID'); echo survived)
t wait; (exit 3) & p=$!; wait $p; echo $?; sleep 0.05 & wait; echo $?
t set; (set -e; false; echo not reached); echo $?; (set -u; echo "$undefined_thing") 2>/dev/null; echo $?; set -- x y z; echo $# "$2"
t glob; mkdir gl && cd gl && touch a1 a2 b1 .h && echo a* [!a]* ?2 .h* nomatch*; cd ..
t substitution; echo "$(printf 'trailing\n\n\n')." `echo old style`; echo $(cat <<Z
inner here
Z
)
t eval; cmd='echo "a b"'; eval $cmd; eval 'x=9'; echo $x
t errors; nosuchcommand; echo $?; sh -c 'exit 300'; echo $?; . ./nofile 2>/dev/null || echo nofile
t exec; (exec echo replaced; echo never); sh -c 'exec 3<f; cat <&3'
t ulimit; ulimit -n 64; ulimit -n; ulimit -c 0; ulimit -c; umask 027; umask
t signals; sh -c 'kill -SEGV $$'; echo $?; sh -c 'kill -PIPE $$'; echo $?
t command; command -v cd; type echo; command echo direct; alias ll='ls -l'; alias ll; unalias ll
t big; s=$(seq 2000); echo ${#s}; i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; echo $i
