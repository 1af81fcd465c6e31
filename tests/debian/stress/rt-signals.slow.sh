#!/bin/sh
# SPDX-License-Identifier: MIT
# rt-tests that pass signals round: between real-time threads, and between processes. What was measured is taken out.
LIMIT_S=60
t() { echo "## $1"; }
r() {
	t "$*"
	timeout $LIMIT_S "$@" >out 2>&1
	status=$?
	sed -E 's/\( *[0-9]+\)/(ID)/; s/ID[0-9]+/ID/g; s/CPU[0-9]+/CPU/g; s/(Min|Act|Cur|Avg|Max):? *-?[0-9]+/\1 N/g' out
	echo $status
}
cd /tmp || exit 1
r signaltest -q -l 200
r signaltest -q -l 200 -p 80
r signaltest -q -l 100 -p 80 -t 5
r signaltest -q -l 100 -p 80 -m -a 0
r sigwaittest -q -l 50
r sigwaittest -q -l 100 -p 80 -i 500
r sigwaittest -q -l 50 -p 80 -a 0
# All end with the first that is done, the processes of a pair, too.
r sigwaittest -q -l 50 -p 80 -t 4 -d 100 | sed 's/Cycles .*/Cycles N/'
r sigwaittest -q -l 50 -p 80 -f | sed 's/CPU.*/CPU/'
