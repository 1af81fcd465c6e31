#!/bin/sh
# SPDX-License-Identifier: MIT
# rt-tests: priority inheritance, hand-over between threads, real-time tasks on few processors, messages in crowds.
# What passes messages by sockets is in sockets.slow.sh. What was measured is taken out, what was asked stays.
LIMIT_S=60
t() { echo "## $1"; }
r() {
	timeout $LIMIT_S "$@" >out 2>&1
	status=$?
	# A kernel may be without power management.
	grep -v cpu_dma_latency out | sed -E 's/\( *[0-9]+\)/(ID)/; s/ID[0-9]+/ID/g; s/CPU[0-9]+/CPU/g
		s/(Cycles|C:|Min:?|Act:|Cur|Avg:?|Max:?|Time:|Tot:|pid:?) *-?[0-9.]+/\1 N/g; s/[0-9]+ seconds/N seconds/'
	echo $status
}
cd /tmp || exit 1

t hackbench; r hackbench -p -g 2 -l 20
t hackbench-threads; r hackbench -p -T -g 2 -l 20
t hackbench-large; r hackbench -p -f 4 -g 3 -s 8192 -l 50
t hackbench-fifo; r hackbench -p -F -g 1 -l 20
t hackbench-threads-fifo; r hackbench -p -T -F -f 5 -g 2 -l 50

t pi_stress; r pi_stress -q -g 1 -i 300
t pi_stress-rr; r pi_stress -q -r -g 1 -i 200
t pi_stress-uniprocessor; r pi_stress -q -u -g 1 -i 200
t pi_stress-locked; r pi_stress -q -m -g 1 -i 200
t pi_stress-duration; r pi_stress -q -g 1 -D 2 | sed 's/performed: [0-9]*/performed: N/'
t pi_stress-chosen
r pi_stress -q -g 1 -i 100 -s id=high,policy=fifo,priority=30 -s id=med,policy=rr,priority=20 \
	-s id=low,policy=fifo,priority=10

t ptsematest; r ptsematest -q -i 1 -l 50 -t 1
t ptsematest-fifo; r ptsematest -q -p 80 -i 100 -l 100 -t 1
t ptsematest-pinned; r ptsematest -q -a 0 -t 4 -p 80 -i 100 -l 50 | sort -u

m() { r rt-migrate-test "$@" | grep -v "^ *\(len\|loops\|[0-9]*\): "; }
t rt-migrate-test; m -q -l 3 3
t rt-migrate-test-many; m -q -l 2 -r 5 -s 30 -p 40 8

for options in "-p 80 -t 2" "-p 80 -m -a 0 -t 2" "-p 80 -r" "-p 80 -c 1" "-p 80 -s" "-p 80 -x" "-p 80 -x -r -c 1" \
	"--policy=rr -p 20 -t 3" "--policy=other -t 2" "--policy=idle" "--policy=batch" "-p 90 -a 0 -t 1 -N" \
	"--priospread -p 50 -t 4" "-p 80 -A 200 -t 2" "-p 80 -u -d 0 -t 2"; do
	t "cyclictest $options"; r cyclictest -q -i 1000 -l 50 $options
done
t cyclictest-histogram; r cyclictest -q -p 80 -t 2 -i 500 -l 100 -h 1 | sed -E '/^#/!d; s/[0-9]+/N/g; s/( N)+/ N/g'
t cyclictest-as-nobody; r setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all cyclictest -q -p 80 -l 5
