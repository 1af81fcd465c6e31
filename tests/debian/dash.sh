#!/bin/dash
# SPDX-License-Identifier: MIT
# dash: the language, then processes, jobs and signals. Dynamic, with coreutils.
t() { echo "## $1"; }
cd /tmp || exit 1

t expansion; v=a/b/c.d; echo "${v%/*} ${v##*/} ${v#a} ${#v} ${w:-no} ${v:+yes}"; (: "${w:?is missing}") 2>&1 | sed 's/.*w:/w:/'
t arithmetic; echo $((3 * (4 + 5))) $((17 % 5)) $((1 << 40)) $((077)) $((x = 6)) $x $((~0)) $((5 ^ 3))
t heredoc; cat <<EOT
a $((1 + 1)) $(echo sub) \$x
EOT
cat <<'EOT'
$raw `x`
EOT
t heredoc-large; { echo 'cat <<BIG'; seq 20000; echo BIG; } >big.sh; sh big.sh | md5sum
t heredoc-nested; sed s/a/b/ <<ONE; cat <<TWO
a1
ONE
$(cat <<THREE
three
THREE
)
TWO
t pipelines; seq 1 100000 | sort -rn | head -3; yes | head -n 5 | wc -l; seq 10 | tee copy | tail -n 1; wc -l <copy
t pipe-status; false | true; echo $?; true | false; echo $?; ! false | false; echo $?; exit 3 | cat; echo $?
t pipe-long; seq 1 1000 | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | tail -n 1
t sigpipe; (yes; echo "status $?" >&2) 2>err | head -n 1; cat err; sh -c 'yes | true'; echo $?
t subshell; x=1; (x=2; cd /; pwd); echo $x; pwd; (exit 9); echo $?; (echo a; (echo b; (echo c)))
t redirections; { echo out; echo err >&2; } >o 2>e; cat o e; exec 4>&1; echo to four >&4; exec 4>&-; echo bad 2>/dev/null >&4; echo $?
t append; echo 1 >ap; echo 2 >>ap; { echo 3; echo 4; } >>ap; cat ap; : >ap; wc -c <ap
t noclobber; set -C; echo keep >nc; (echo lose >nc) 2>/dev/null; echo $?; echo force >|nc; cat nc; set +C
t read-write; echo abcdef >rw; exec 3<>rw; dd bs=1 count=2 <&3 2>/dev/null; printf XY >&3; exec 3>&-; echo; cat rw
t trap-exit; (trap 'echo leaving $?' EXIT; exit 5); echo $?; sh -c 'trap "echo t" 0; kill -TERM $$; echo no'; echo $?
t trap-signal; trap 'echo usr1' USR1; trap 'echo usr2' USR2; kill -USR1 $$; kill -USR2 $$; trap - USR1 USR2; trap
t trap-ignored; (trap '' INT TERM; sh -c 'kill -TERM $$; kill -INT $$; echo child survived'); (trap 'echo handled' TERM; kill -TERM "$(exec sh -c 'echo $PPID')"; echo on)
t trap-wait; trap 'echo alarm' USR1; (sleep 0.1; kill -USR1 $$; sleep 0.5) & wait $!; echo "wait gave $?"; wait; trap - USR1
t background; sleep 0.1 & a=$!; (exit 7) & b=$!; wait $b; echo $?; wait $a; echo $?; wait 99999; echo $?
t background-input; cat & wait; echo bg-done
t background-many; for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.0$i; exit $i) & done; wait; echo all; wait; echo $?
t jobs; sleep 0.3 & jobs; kill %1; wait %1 2>/dev/null; echo $?
t kill; sleep 60 & kill -STOP $!; kill -CONT $!; kill -TERM $!; wait $! 2>/dev/null; echo $?; kill -0 $! 2>/dev/null; echo $?; kill -l 9
t killed-by; for s in HUP INT QUIT ILL ABRT FPE KILL SEGV PIPE ALRM TERM; do sh -c "ulimit -c 0; kill -$s \$\$" 2>/dev/null; echo $s $?; done
t fifo; mkfifo ff; cat ff & echo 'by fifo' >ff; wait; (seq 50000 >ff) & wc -l <ff; wait; rm ff
t coprocess; mkfifo to from; (while read -r n; do echo $((n * 2)); done) <to >from & exec 3>to 4<from; for i in 1 2 3; do echo $i >&3; read -r a <&4; echo $a; done; exec 3>&- 4<&-; wait
t functions; fib() { if [ "$1" -lt 2 ]; then echo "$1"; else echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); fi; }; fib 9; r() { return 4; }; r; echo $?
t loops; for i in a b c; do for j in 1 2; do [ $j = 2 ] && continue 2; echo $i$j; done; done; i=0; while :; do i=$((i + 1)); [ $i -gt 4 ] && break; done; echo $i
t case; for f in x.c y.h README; do case $f in *.[ch]) echo "source $f";; R*) echo doc;; esac; done
t getopts; set -- -v -o out arg; while getopts vo: c; do echo "$c ${OPTARG-}"; done; echo $OPTIND
t ifs; IFS=,; set -- a,b c,d; x=1,2,3; echo $x; set -- $x; echo $#; unset IFS; printf '%s\n' x" "y
t read; printf 'l1\nl2 \\\nmore\nl3' >rd; while read l; do echo "[$l]"; done <rd; echo "rest [$l]"
t glob; mkdir gd; touch gd/a gd/b gd/.c; echo gd/* gd/.[a-z] gd/[!a] 'gd/*' gd/none*
t environment; A=1 sh -c 'echo $A'; export B=2; sh -c 'echo $B'; unset B; sh -c 'echo ${B-none}'; env -i X=y /usr/bin/env
t cd; mkdir -p d1/d2; ln -s d1/d2 dl; cd dl; pwd; pwd -P; cd ..; pwd; cd -; cd /tmp
t umask; umask 077; touch um; stat -c %a um; umask 022; umask
t ulimit; ulimit -n 50; ulimit -n; (ulimit -f 1; dd if=/dev/zero of=lim bs=1024 count=10 2>/dev/null; echo $?; stat -c %s lim)
t exec; (exec /bin/echo replaced); (exec nosuch) 2>/dev/null; echo $?; sh -c 'exec 2>&1; ls nosuch' | sed 's/^[^:]*: //'
t script; printf '#!/bin/dash\necho script $1 $#\n' >sc; chmod +x sc; ./sc a b; printf 'echo plain\n' >pl; chmod +x pl; ./pl; chmod -x pl; ./pl 2>/dev/null; echo $?
t script-interpreter; printf '#!/tmp/sc with\n' >in; chmod +x in; ./in x; printf '#!/nonexistent\n' >ni; chmod +x ni; ./ni 2>/dev/null; echo $?
t errexit; (set -e; true; false; echo no); echo $?; (set -eu; echo "$nothing") 2>/dev/null; echo $?
t xtrace; (set -x; echo traced) 2>&1
t times; times >/dev/null && echo counted
t eval; eval 'a=1; b="$a 2"'; echo "$b"; . ./rd 2>/dev/null; type cd | head -n 1; command -v ls
t deep; i=0; c='echo deep'; while [ $i -lt 30 ]; do c="eval '$(printf %s "$c" | sed "s/'/'\\\\''/g" | head -c 60000)'"; i=$((i + 30)); done; sh -c "$c"
t forks; i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i + 1)); done; echo $i; i=0; while [ $i -lt 100 ]; do x=$(echo $i); i=$((i + 1)); done; echo $x
