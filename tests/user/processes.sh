#!/bin/sh
# SPDX-License-Identifier: MIT
# Traps, signals, jobs.
t() { echo "## $1"; }

t trap-exit; (trap 'echo bye' EXIT; echo in); (trap 'echo status $?' EXIT; exit 3); echo $?; (trap 'echo x; exit 9' 0; false); echo $?; sh -c 'trap "echo end" EXIT; true'; sh -c 'trap "echo end" EXIT; /bin/true'; (trap 'echo outer' EXIT; (echo inner)); (trap 'echo a' EXIT; trap - EXIT; echo none); (trap 'echo f' EXIT; f() { exit 2; }; f); echo $?
t trap-signal; trap 'echo usr1' USR1; kill -USR1 $$; echo after; trap 'echo again' USR1; kill -s USR1 $$; trap - USR1; (trap 'echo term $?' TERM; (exit 4); kill -TERM $(exec sh -c 'echo $PPID'); echo $?)
t trap-list; trap 'echo a' HUP; trap "echo 'q'" INT; trap '' QUIT; trap; trap - HUP INT QUIT; trap; trap 'x' 1 2; trap; trap 1 2; trap; trap HUP 2>/dev/null; echo $?
t trap-bad; trap 'x' NOSUCH; echo $?; trap 'x' 99; echo $?; trap - KILL; echo $?
t trap-ignore; (trap '' TERM; sh -c 'kill -TERM $$; echo survived'); sh -c 'trap "" INT; trap "echo no" INT; kill -INT $$; echo alive'; (trap '' USR1; sh -c 'trap "echo no" USR1; kill -USR1 $$; trap; echo kept')
t trap-subshell; trap 'echo t' USR1; (trap; kill -USR1 $(exec sh -c 'echo $PPID')); echo $?; trap - USR1; trap 'echo main' EXIT; (true); trap - EXIT
t trap-return; f() { trap 'return 3' USR1; kill -USR1 $$; echo no; }; f; echo $?; trap - USR1; for i in 1 2 3; do trap 'break' USR2; [ $i = 2 ] && kill -USR2 $$; echo $i; done; trap - USR2
t trap-nested; trap 'kill -USR2 $$; echo one' USR1; trap 'echo two' USR2; kill -USR1 $$; trap - USR1 USR2
t trap-wait; trap 'echo alarm' USR1; (sleep 0.1; kill -USR1 $$; sleep 0.3) & wait $!; echo $?; wait; trap - USR1; trap 'echo chld' TERM; sleep 0.3 & (sleep 0.1; kill -TERM $$) & wait; echo $?; wait; trap - TERM
t kill; sleep 9 & kill $!; wait $! 2>/dev/null; echo $?; sleep 9 & kill -KILL $!; wait $! 2>/dev/null; echo $?; kill -0 $$; echo $?; kill -l 9; kill -l 137; kill -TERM 2>/dev/null; echo $?; kill nonsense 2>/dev/null; echo $?; kill -0 99999999 2>/dev/null; echo $?; kill -NOSUCH $$ 2>/dev/null; echo $?
t killed; sh -c 'kill -KILL $$'; echo $?; sh -c 'kill -TERM $$'; echo $?; sh -c 'kill -PIPE $$'; echo $?; sh -c 'kill -INT $$'; echo $?; (kill -HUP $(exec sh -c 'echo $PPID')); echo $?; sh -c 'ulimit -c 0; kill -SEGV $$' 2>/dev/null; echo $?; x=$(sh -c 'kill -TERM $$'); echo $?; sh -c 'kill -TERM $$' | cat; echo $?
t stop; sleep 9 & kill -STOP $!; kill -CONT $!; kill $!; wait $! 2>/dev/null; echo $?
t background-input; cat & wait; echo empty; { cat; } <<E &
given
E
wait; (read x; echo "[$x]") & wait
t background-ignores; sh -c 'kill -INT $$; echo here' & wait; sh -c 'kill -QUIT $$; echo here' & wait
t background-many; for i in 1 2 3 4 5 6 7 8; do (exit $i) & eval "p$i=$!"; done; for i in 8 3 1 5; do eval "wait \$p$i"; echo $?; done; wait
t background-list; true && sleep 0.01 && echo listed & wait; { false || echo grp; } & wait; (echo a; echo b) | cat & wait; if true; then echo ifbg; fi & wait; for i in 1 2; do echo $i; done & wait
t wait-many; (exit 3) & a=$!; (exit 4) & b=$!; wait $a $b; echo $?
t pids; echo $$ > p1; (echo $$ > p2); cmp p1 p2 && echo same; rm p1 p2; sh -c '[ $PPID -gt 1 ]' && echo ppid; true & [ $! -gt 1 ] && echo bang; wait
t pipe-signals; yes | head -n 1; (yes; echo $? >&2) 2>e | head -n 1 >/dev/null; cat e; rm e; sh -c 'yes | :'; echo $?
t big-pipe; seq 1 20000 | sort -rn | head -n 1; seq 1 50000 | wc -l; x=$(seq 1 20000); echo ${#x}; echo "$x" | tail -n 1
t big-heredoc; { echo 'cat <<E'; seq 1 20000; echo E; } > b; sh b | tail -n 1; { echo 'x=5; cat <<E | wc -l'; seq 1 20000; echo E; echo 'echo $x'; } > b; sh b; rm b
t fifo; mkfifo f; cat f & echo through > f; wait; (seq 1000 > f) & wc -l < f; wait; rm f
t interrupted; sh -c 'trap "echo caught; exit 3" INT; kill -INT $$; echo no'; echo $?; sh -c 'sh -c "kill -INT \$\$"; echo after'; echo $?
t exec-signals; (trap '' USR1; exec sh -c 'kill -USR1 $$; echo ignored'); (trap 'echo no' USR1; exec sh -c 'kill -USR1 $$; echo no'); echo $?
t deep; f() { if [ $1 -gt 0 ]; then f $(($1-1)) | cat; else echo bottom; fi; }; f 10; (((((((echo seven)))))))
t many; i=0; while [ $i -lt 50 ]; do /bin/true; x=$(echo $i); i=$((i+1)); done; echo $x
