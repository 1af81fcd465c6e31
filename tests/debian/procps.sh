#!/bin/bash
# SPDX-License-Identifier: MIT
# procps: what /proc tells of processes and of the machine. Numbers that are the machine's own are
# checked for sense, or replaced by N; what they belong to is compared.
t() { echo "## $1"; }
cd /tmp || exit 1
n() { sed -E 's/[0-9]+([.,][0-9]+)*/N/g; s/ +/ /g'; }
# waits until process $1 is in state $2
state() { local i; for i in {1..400}; do [ "$(ps -o state= -p "$1")" = "$2" ] && return; sleep 0.01; done; echo "never $2"; }
cp /bin/sleep nap; cp /bin/sleep 'odd (name) x'; cp /bin/sleep averyveryverylongname
./nap 9060 & a=$!; ./nap 9061 & b=$!; bash -c './nap 9062 & wait' & c=$!
until [ "$(pgrep -c -x nap)" = 3 ]; do sleep 0.02; done; state $a S; state $b S; state $c S
pids() { sed -E "s/\<$$\>/SELF/g; s/\<$a\>/A/g; s/\<$b\>/B/g; s/\<$c\>/C/g"; }

t ps-default; ps | head -n 1 | tr -s ' '; ps -p $a | n
t ps-columns; ps -o pid=,ppid=,comm=,args= -p $a,$b | tr -s ' ' | pids; ps -o stat=,state=,nice=,class=,nlwp=,tty=,user=,group= -p $a | tr -s ' '; ps -o 'pid,comm' -o %cpu -p $a | tr -s ' ' | sed 's/[0-9]*\.[0-9]*$//' | pids
t ps-ids; ps -o ruid=,euid=,suid=,fuid=,rgid=,egid=,sgid=,supgid= -p $a | tr -s ' '; [ "$(ps -o pgid= -p $a)" = "$(ps -o pgid= -p $$)" ] && echo group; [ "$(ps -o sid= -p $a)" = "$(ps -o sid= -p $$)" ] && echo session; ps -o tpgid= -p $a | tr -d ' '
t ps-signals; (trap '' USR1 HUP; trap : TERM; exec ./nap 9) & p=$!; sleep 0.2; ps -o ignored=,caught=,blocked=,pending= -p $p; kill $p; wait $p 2>/dev/null; bash -c 'trap : USR2; trap "" PIPE; ps -o ignored=,caught= -p $$'
t ps-memory; ps -o vsz=,rss=,sz=,drs= -p $a | { read -r v r s d; [ "$v" -gt "$r" ] && [ "$r" -gt 100 ] && [ $((s * 4)) = "$v" ] && echo sane; }; ps -o min_flt=,maj_flt= -p $a | { read -r m j; [ "$m" -gt 10 ] && echo faults $((j >= 0)); }
t ps-times; ps -o etimes=,times=,bsdtime=,cputime= -p $a | { read -r e c b t; [ "$e" -le 60 ] && echo "$c $b $t"; }; ps -o lstart= -p $a | n; [ "$(date +%s -d "$(ps -o lstart= -p $$)")" -le "$(date +%s)" ] && echo past; bash -c 'i=0; while ((i < 60000)); do ((i++)); done; ps -o cputimes= -p $$' | { read -r s; [ "$s" -le 60 ] && echo cpu; }
t ps-formats; for f in -f -l -F -j; do ps $f -p $a | head -n 1 | tr -s ' '; done; ps u -p $a | head -n 1 | tr -s ' '; ps l $a | head -n 1 | tr -s ' '; ps s $a | head -n 1 | tr -s ' '; ps v $a | head -n 1 | tr -s ' '
t ps-select; ps -o args= --ppid $c; ps -o args= -C nap | sort; ps -o args= --pid $a --pid $b | sort; ps -o comm= -u nobody; echo $?; ps -C nosuch | tr -s ' '; ps -N -o comm= -p $a,$b | grep -c nap; ps -o comm= -t - | grep -c nap
t ps-sort; ps -o args= --sort=args -C nap; ps -o args= --sort=-args -C nap; ps --no-headers -o pid --sort=-pid -p $a,$b | tr -d ' ' | pids
t ps-tree; ps -o args= -H -p $c --ppid $c | sed 's/^/|/'; ps f -o args= -p $c --ppid $c; ps -e --forest -o args= | grep -v grep | grep -A1 'nap 9062 & wait' | sed 's/^[ |\\_]*//'
t ps-width; ps -o args= -ww -p $c; ps -o args= --cols 12 -p $c; ps -o comm:5= -p $a; ps -o args:20,stat:6 -p $a
t ps-names; './odd (name) x' 30 & p=$!; ./averyveryverylongname 30 & q=$!; sleep 0.1; ps -o comm=,args= -p $p; ps -o comm= -p $q; ps -o ucmd=,fname= -p $q; (exec -a renamed ./nap 31) & r=$!; sleep 0.1; ps -o comm=,args= -p $r; kill $p $q $r; wait $p $q $r 2>/dev/null; bash -c 'printf newname >/proc/$$/comm; ps -o comm= -p $$'
t ps-environment; MARK=seen ./nap 32 & p=$!; sleep 0.1; ps e -o args= -ww -p $p | grep -o MARK=seen; tr '\0' '\n' </proc/$p/environ | grep MARK; kill $p; wait $p 2>/dev/null
t ps-threads; ps -o lwp= -L -p $a | tr -d ' ' | pids; ps -o nlwp= -p $a | tr -d ' '; ps -T -o spid=,comm= -p $a | tr -s ' ' | pids; ps -eLo lwp | wc -l | { read -r x; [ "$x" -gt 4 ] && echo lines; }
t ps-states; kill -STOP $a; state $a T; ps -o stat= -p $a; kill -CONT $a; state $a S; renice -n 5 -p $a >/dev/null; ps -o stat=,ni= -p $a; bash -c 'sleep 0.2 & exec ./nap 2' & p=$!; sleep 0.9; ps --ppid $p -o stat=,args=; kill $p; wait $p 2>/dev/null; setsid ./nap 33 & sleep 0.2; ps -o stat= -p "$(pgrep -f 'nap 33')"; pkill -f 'nap 33'; ps -o stat= -p $BASHPID | cut -c1
t ps-users; setpriv --reuid 65534 --regid 65534 --clear-groups ./nap 34 & p=$!; sleep 0.2; ps -o user=,uid=,ruser=,group=,args= -p $p | tr -s ' '; ps -o args= -u nobody; ps -o args= -U nobody -u root | grep -c 'nap 34'; ps -G nogroup -o args=; setpriv --reuid 65534 --clear-groups ps -o args= -p $a; kill $p; wait $p 2>/dev/null
t ps-errors; ps -p 4194304 | tr -s ' '; echo ${PIPESTATUS[0]}; ps -p x; echo $?; ps -o nosuch; echo $?; ps --nosuch 2>&1 | head -n 2; ps -u nosuch 2>&1 | head -n 1; ps -p $a,99999999 -o args=; echo $?
t pgrep; pgrep -x nap | sort -n | pids | head -n 2; pgrep -c nap; pgrep -f 'nap 906[01]' | pids; pgrep -l -P $c | n; pgrep -a -f 'nap 9060' | pids; pgrep -n -f 'nap 906[01]' | pids; pgrep -o -f 'nap 906[01]' | pids; pgrep -v -x nap | wc -l | { read -r x; [ "$x" -gt 0 ] && echo others; }; pgrep -u root -x nap -c; pgrep -d, -f 'nap 906[01]' | pids; pgrep nosuch; echo $?; pgrep; echo $?; pgrep -U nobody nap; echo $?
t pgrep-more; pgrep -s 0 -c -x nap; pgrep -g 0 -c -x nap; pgrep -r S -c -x nap; pgrep -t - -c -x nap 2>/dev/null; echo $a >pf; pgrep -F pf | pids; pgrep -i NAP -c; pgrep -w -x nap -c; pgrep '[' ; echo $?; pgrep -f 'nap 9060$' | pids; pgrep -x na; echo $?
t pkill; ./nap 70 & p=$!; ./nap 71 & q=$!; sleep 0.1; pkill -f 'nap 70'; wait $p 2>/dev/null; echo $?; { pkill -KILL -f 'nap 71'; wait $q; echo $?; } 2>/dev/null; pkill -0 -x nap; echo $?; pkill nosuch; echo $?; pkill -e -f 'nap 99'; echo $?; ./nap 72 & p=$!; sleep 0.1; pkill -e -f 'nap 72' | n; wait $p 2>/dev/null; bash -c 'trap "echo hup; exit 3" HUP; sleep 9 & wait; kill %1' xyz & p=$!; sleep 0.2; pkill -HUP -f 'xyz$'; wait $p; echo $?; pkill -x -f 'sleep 9'
t kill; ./nap 80 & p=$!; /bin/kill $p; wait $p 2>/dev/null; echo $?; /bin/kill -l 9; /bin/kill -l | head -n 1; /bin/kill -0 $a; echo $?; /bin/kill -9 4194300; echo $?; /bin/kill -NOSUCH 1; echo $?; /bin/kill -s USR1 x; echo $?; /bin/kill -L | head -n 1
t pwdx; pwdx $a | pids; pwdx $a $b | pids | sort; pwdx x; echo $?; pwdx 4194300; echo $?
t pmap; pmap $a | sed -n '1s/^[0-9]*:/PID:/p'; pmap $a | grep -q 'K r-x-- nap' && echo code; pmap $a | grep -q 'K rw--- nap' && echo data; pmap $a | grep -E 'stack' | sed -E 's/^[0-9a-f]+ +[0-9]+K/ADDR N/'; pmap -x $a | sed -n 2p; pmap -x $a | tail -n 1 | n; pmap -q $a | tail -n 1 | grep -c total; pmap -XX $a | sed -n 2p | tr -s ' ' | cut -d' ' -f2-9; pmap 4194300; echo $?
t free; free | n; free -h | head -n 1; free -m -t | tail -n 1 | n; free -w | head -n 1; free -b | mawk '/Mem/ { print ($2 >= $3 + $4), ($7 <= $2), ($4 > 0) }'; free -k -s 0.05 -c 2 | grep -c Mem; free -l | n; free -x; echo $?
t uptime; uptime -s | n; uptime | sed -E 's/[0-9]+ (user|day)/N \1/' | n | sed 's/ N days\?,//; s/N min/N:N/; s/N user.*load/users, load/'; read -r up idle </proc/uptime; [[ $up == *.?? && $idle == *.?? ]] && echo hundredths; uptime -p | cut -c1-2; sleep 0.05; read -r u2 _ </proc/uptime; [[ ${u2/./} -gt ${up/./} ]] && echo later; uptime -x 2>&1 | head -n 2
t vmstat; vmstat | head -n 2; vmstat | tail -n 1 | wc -w; vmstat -w 1 2 | wc -l; vmstat -s | sed 's/^ *[0-9]* //' | grep -v 'K \(non\|\)'; vmstat -f | n; vmstat -a | sed -n 2p; vmstat -n 1 1 | wc -l; vmstat x; echo $?; vmstat -S M | tail -n 1 | wc -w
t loadavg; [[ $(</proc/loadavg) =~ ^[0-9]+\.[0-9][0-9]\ [0-9]+\.[0-9][0-9]\ [0-9]+\.[0-9][0-9]\ [0-9]+/[0-9]+\ [0-9]+$ ]] && echo form; tload -V | cut -d' ' -f1-2; w -V | cut -d' ' -f1; w -h | wc -l
t sysctl; /sbin/sysctl -n kernel.ostype; /sbin/sysctl kernel.pid_max | n; /sbin/sysctl nosuch.key; echo $?; /sbin/sysctl -e nosuch.key; echo $?; /sbin/sysctl kernel.ostype=x; echo $?; /sbin/sysctl -b kernel.ostype; echo; /sbin/sysctl kernel/ostype; /sbin/sysctl -a 2>/dev/null | grep -c '^kernel.ostype'
t top; top -b -n 1 | head -n 5 | sed -E 's/^(top -).*(load average)/\1 \2/; s/([:,]) *([0-9])/\1 \2/g' | n; top -b -n 1 -p $a | sed -n '7p' | tr -s ' '; top -b -n 1 -p $a | tail -n 1 | mawk '{ print $2, $3, $4, $8, $12 }'; top -b -n 2 -d 0.1 -p $a,$b | grep -c nap; top -b -n 1 -p $c -c -w 90 | tail -n 1 | grep -o 'bash -c'; top -b -n 1 -u nobody | tail -n 1 | n; top -b -n 1 -H -p $a | grep -c Threads; top -b -n 1 -o PID -p $a,$b | tail -n 2 | mawk '{ print $1 }' | pids; top -x; echo $?; top -b -n 1 -p 4194300 | tail -n 1 | tr -s ' '
t top-usage; bash -c 'while :; do :; done' & p=$!; top -b -n 2 -d 0.4 -p $p | tail -n 1 | mawk '{ print ($9 > 1), $8, $12 }'; kill $p; wait $p 2>/dev/null; top -b -n 1 -p $p | tail -n 1 | tr -s ' ' | cut -c1-5
t slabtop; slabtop -o -s a 2>/dev/null | sed -n 7p | tr -s ' '; watch -V | cut -d' ' -f1
t stat-file; grep -c '^cpu[0-9]' /proc/stat | { read -r x; [ "$x" = "$(nproc --all)" ] && echo processors; }; sed -E 's/^([a-z_]+)[0-9]* .*/\1/' /proc/stat | sort -u; mawk '/^btime/ { print ($2 > 1500000000) } /^processes/ { print ($2 > 10) } /^ctxt/ { print ($2 > 10) } /^procs_running/ { print ($2 >= 1) }' /proc/stat; read -ra s </proc/$a/stat; echo ${#s[@]} "${s[1]}" "${s[2]}" "${s[18]}"; read -ra m </proc/$a/statm; echo ${#m[@]}; cut -f1 /proc/$a/status | head -n 14 | tr '\n' ' '; echo
t smaps; grep -c '^Size:' /proc/$a/smaps | { read -r x; [ "$x" = "$(wc -l </proc/$a/maps)" ] && echo one each; }; sed -n '2,$p' /proc/$a/smaps | grep -E '^[A-Z]' | sed 's/:.*//' | sort -u | head -n 12 | tr '\n' ' '; echo; mawk '/^Rss/ { r += $2 } END { print (r > 100) }' /proc/$a/smaps
t wchan; cat /proc/$a/wchan | wc -c | { read -r x; [ "$x" -gt 0 ] && echo named; }; cat /proc/$a/cgroup | wc -l | { read -r x; [ "$x" -ge 0 ] && echo there; }; cat /proc/$a/oom_score_adj; cat /proc/$a/io | cut -d: -f1 | tr '\n' ' '; echo; cat /proc/$a/personality
kill $a $b $c; pkill -x nap; wait 2>/dev/null
t end; for i in {1..200}; do pgrep -x nap >/dev/null || break; sleep 0.02; done; pgrep -x nap; echo $?
