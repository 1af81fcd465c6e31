#!/bin/bash
# SPDX-License-Identifier: MIT
# bash: jobs, signals, traps and waiting, without a terminal.
t() { echo "## $1"; }
cd /tmp || exit 1
# hides the process ids in what bash says of processes that died
no_pids() { sed -E 's/line ([0-9]+): +[0-9]+ /line \1: PID /'; }
# waits until process $1 is in state $2 (or is no more)
state() { local i; for i in {1..400}; do [ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null)" = "$2" ] && return; sleep 0.01; done; echo "never $2"; }

t wait; (exit 3) & wait $!; echo $?; sleep 0.05 & wait; echo $?; wait 99999; echo $?; wait nosuch; echo $?
t wait-n; (sleep 1.5; exit 1) & (exit 2) & wait -n; echo $?; wait -n; echo $?; wait -n; echo $?
t wait-n-pids; (sleep 1.5; exit 4) & a=$!; (sleep 0.05; exit 5) & b=$!; wait -n -p who "$a" "$b"; echo $?; [ "$who" = "$b" ] && echo second; wait -n "$a"; echo $?
t wait-remembered; (exit 9) & p=$!; sleep 0.1; wait $p; echo $?; wait $p; echo $?
t wait-killed; { sleep 60 & kill $!; wait $!; echo $?; sleep 60 & kill -KILL $!; wait $!; echo $?; (ulimit -c 0; kill -SEGV $BASHPID) & wait $!; echo $?; } 2>&1 | no_pids
t wait-trap; trap 'echo usr1' USR1; (sleep 0.1; kill -USR1 $$; sleep 0.3; exit 7) & wait $!; echo $?; wait $!; echo $?; trap - USR1
t wait-many; for i in {1..15}; do (exit "$i") & done; n=0; while wait -n; [ $? != 127 ]; do ((n++)); done; echo $n
t jobs; sleep 5 & sleep 6 & jobs; kill %1; wait %1; kill %2; wait %2; jobs; echo $?
t jobs-pids; sleep 5 & p=$!; [ "$(jobs -p)" = "$p" ] && echo pid; jobs -l | sed "s/$p/PID/"; kill %sleep; wait $p; echo $?
t job-specs; sleep 7 & sleep 8 & kill %%; wait %2; echo $?; kill '%?7'; wait %1; echo $?; kill %9; echo $?; fg; echo $?
t disown; sleep 9 & p=$!; disown; jobs; kill $p; sleep 9 & p=$!; disown -h %1; jobs | wc -l; kill $p; wait $p; echo $?
t stop; sleep 9 & p=$!; kill -STOP $p; state $p T; jobs -s | wc -l; kill -CONT $p; state $p S; kill $p; wait $p; echo $?
t monitor; bash -c 'set -m; sleep 9 & p=$!; ps -o pgid= -p $p | tr -d " " | grep -qx $p && echo leads; kill $p; wait $p; echo $?; sleep 0.1 & fg'; bash -c 'set -m; (exit 4) | (exit 5); echo "${PIPESTATUS[@]}"; sleep 9 | cat & kill %1; wait; echo $?' 2>&1 | grep -v Terminated
t monitor-stop; bash -c 'set -m; sleep 9 & p=$!; kill -STOP $p; wait $p; echo $?; jobs; kill -CONT $p; kill $p; while kill -0 $p 2>/dev/null; do sleep 0.01; done; wait $p; echo $?' 2>&1 | sed 's/^\[1\][-+]/[1]/' # + or -: did bash see it go on before it ended?
t monitor-stopped-self; bash -c 'set -m; bash -c "kill -STOP \$\$; echo resumed; exit 6" & p=$!; wait $p; echo $?; bg; wait $p; echo $?'
t monitor-fg; bash -c 'set -m; bash -c "kill -TSTP \$\$; echo again; exit 8"; echo $?; jobs | wc -l; fg >/dev/null; echo $?'
t monitor-groups; bash -c 'set -m; (sleep 9; echo no) & sleep 0.05; kill -- -$!; wait $!; echo $?; (trap "echo group; exit 3" TERM; sleep 9 & wait) & sleep 0.2; kill -TERM -$!; wait $!; echo $?'
t background-stdin; cat & wait $!; echo $?; bash -c 'read -r x; echo "[$x]"' & wait; { cat & } <<<given; wait
t background-order; (sleep 0.1; echo late) & echo early; wait; echo end; { sleep 0.05; echo in; } | cat & wait
t nohup; bash -c 'trap "" HUP; kill -HUP $$; echo alive'; nohup bash -c 'kill -HUP $$; echo held' 2>/dev/null; { bash -c 'kill -HUP $$; echo no'; echo $?; } 2>&1 | no_pids
t trap-exit; (trap 'echo bye $?' EXIT; exit 5); echo $?; bash -c 'trap "echo t; exit 9" EXIT; exit 1'; echo $?; bash -c 'trap "echo on exit" EXIT; kill -TERM $$'; echo $?; (trap 'echo last' 0; false)
t trap-signals; for s in HUP INT QUIT USR1 USR2 ALRM TERM CHLD CONT WINCH URG IO VTALRM PROF RTMIN RTMAX RTMIN+3; do trap "echo got $s" $s; kill -s $s $BASHPID; trap - $s; done
t trap-list; trap 'echo "a b"' USR1; trap "echo 'c'" 12; trap '' PIPE; trap -p USR1 SIGUSR2 PIPE; trap - USR1 USR2 PIPE; trap; trap -l | head -n 2; trap x NOSUCH; echo $?
t trap-err; (trap 'echo err $?' ERR; false; (exit 3); true; false || true; ! true; echo done); (set -E; trap 'echo deep' ERR; f() { false; }; f)
t trap-debug; (trap 'echo "D:$BASH_COMMAND"' DEBUG; x=1; echo "$x"; [ -n "$x" ]); (shopt -s extdebug; trap '[[ $BASH_COMMAND != *skip* ]]' DEBUG; echo one; echo skip; echo two)
t trap-return; f() { trap 'echo returning' RETURN; echo in; }; f; trap - RETURN; (set -T; trap 'echo R' RETURN; g() { :; }; g)
t trap-inherited; trap 'echo mine' USR1; (trap; kill -USR1 $BASHPID; echo no); echo $?; trap '' USR2; bash -c 'kill -USR2 $$; echo ignored; trap "echo no" USR2; kill -USR2 $$; trap -p USR2'; trap - USR1 USR2
t trap-nested; trap 'echo outer; kill -USR2 $$; echo outer-end' USR1; trap 'echo inner' USR2; kill -USR1 $$; trap - USR1 USR2
t trap-loop; n=0; trap '((n++))' USR1; for i in {1..50}; do kill -USR1 $$; done; echo $n; trap - USR1
t trap-chld; n=0; trap '((n++))' CHLD; for i in {1..5}; do (exit 0); done; /bin/true; echo $n; trap - CHLD; set -m; n=0; trap '((n++))' CHLD; /bin/true; /bin/true | /bin/true; echo $n; set +m; trap - CHLD
t trap-sleep; bash -c 'trap "echo after the command" TERM; (sleep 0.1; kill $$) & sleep 1.5; echo next'; bash -c 'trap "echo at once; exit" TERM; (sleep 0.1; kill $$) & sleep 9 & wait; echo no'
t trap-read; bash -c 'trap "echo usr1" USR1; (sleep 0.1; kill -USR1 $$; sleep 0.2; echo line) | { trap "echo in reader" USR1; read -r x; echo "$x"; }'
t killed-by; for s in HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT XCPU XFSZ VTALRM PROF IO PWR SYS RTMIN; do bash -c "ulimit -c 0; kill -$s \$\$" 2>/dev/null; echo "$s $?"; done 2>&1 | no_pids
t killed-messages; bash -c 'ulimit -c 0; bash -c "kill -SEGV \$\$"; bash -c "kill -TERM \$\$"; bash -c "kill -KILL \$\$"; bash -c "kill -ABRT \$\$"; echo $?' 2>&1 | sed 's/[0-9]\{2,\} /PID /; s/line [0-9]*/line N/'
t kill-errors; kill -0 $$; echo $?; kill; echo $?; kill -NOSUCH 1; echo $?; kill abc; echo $?; kill 4194300; echo $?; kill -l 15 9 137; kill -l TERM SIGINT; kill -l | head -n 3
t interrupt; bash -c 'trap "echo int" INT; kill -INT $$; echo on'; bash -c 'sleep 9 & trap "" INT; kill -INT $$; kill $!; wait $!; echo $?'; bash -c '(kill -INT $BASHPID; echo no); echo $?'
t sigpipe; yes | head -n 1; echo "${PIPESTATUS[@]}"; bash -c 'trap "" PIPE; yes | true; echo ${PIPESTATUS[0]}' 2>&1; (trap 'echo pipe >&2' PIPE; sleep 0.2; echo y; echo $? >&2) | true
t fifo; mkfifo ff; (echo by fifo >ff) & cat ff; wait; exec 5<>ff; echo kept >&5; read -r l <&5; echo "$l"; exec 5>&-; (seq 20000 >ff) & wc -l <ff; wait; { read -r -t 0.1 x <>ff; echo $(($? > 128)); }; rm ff
t pipeline-long; seq 1000 | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | tail -n 1; (for i in {1..20}; do echo "$i"; sleep 0.005; done) | while read -r l; do echo -n "$l "; done; echo
t pipe-parallel; for i in 1 2 3 4; do seq $((i * 5000)) | sort -rn | head -n 1 >par$i & done; wait; cat par1 par2 par3 par4
t producers; mkfifo pq; { for i in 1 2 3; do (for j in {1..50}; do echo "$i-$j"; done) & done; wait; } >pq & exec 6<pq; sort <&6 | md5sum; exec 6<&-; wait; rm pq
t lock; exec 9>lock; for i in {1..5}; do (flock 9; n=$(cat cnt 2>/dev/null); echo $((n + 1)) >cnt) 9>lock & done; wait; cat cnt; exec 9>&-
t timeout; timeout 0.1 sleep 5; echo $?; timeout -s INT 1 bash -c 'trap "echo int; exit 3" INT; sleep 5 & wait'; echo $?; timeout --preserve-status 0.1 sleep 5; echo $?; { timeout -k 0.1 1 bash -c 'trap "" TERM; sleep 5'; echo $?; } 2>&1 | no_pids; timeout 5 true; echo $?
t suspend; bash -c 'suspend'; echo $?; bash -c 'set -m; bash -c "suspend -f; echo woke" & p=$!; wait $p; kill -CONT $p; while kill -0 $p 2>/dev/null; do sleep 0.01; done; wait $p; echo $?' 2>&1 | sed 's/^.1.[-+]/[1]/'
t exit-codes; for c in 0 1 127 128 255 256 -1; do (exit $c); echo $?; done; (exit abc); echo $?; bash -c 'exec false'; echo $?; bash -c 'return'; echo $?
t orphans; bash -c '(b=$BASHPID; sleep 0.1; ps -o ppid= -p $b >orph) & echo left'; until [ -s orph ]; do sleep 0.01; done; tr -d ' ' <orph
t zombies; bash -c 'sleep 0.05 & echo $! >zp; exec sleep 9' & p=$!; until [ -s zp ]; do sleep 0.01; done; z=$(cat zp); state $z Z; ps -o stat=,comm= -p $z; kill -0 $z; echo $?; kill $p; wait $p; echo $?
t forks; for i in {1..50}; do (:); done; echo forks; for i in {1..25}; do /bin/true; done; echo execs; i=0; for i in {1..20}; do : & done; wait; echo background; x=0; for i in {1..20}; do x=$(($(echo $x) + 1)); done; echo $x
t limits; (ulimit -u 1; ulimit -u); { (ulimit -t 1; bash -c 'while :; do :; done'); echo $?; } 2>&1 | no_pids; (ulimit -v 4000; /bin/true) >/dev/null 2>&1; echo $?; (ulimit -s 256; bash -c 'echo small stack')
