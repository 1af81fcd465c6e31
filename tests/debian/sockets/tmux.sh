#!/bin/sh
# SPDX-License-Identifier: MIT
# tmux without a terminal: a server that forks away, and clients that tell it by its socket what to do.
TRIES=100
export TERM=screen SHELL=/bin/sh PS1='$ ' LC_ALL=C.UTF-8
t() { echo "## $1"; }
# shows TEXT: until the pane has such a line, then all its lines that are not empty.
shows() {
	for i in $(seq $TRIES); do
		tmux capture-pane -p -t "${2:-one}" | grep -q "$1" && break
		sleep 0.1
	done
	tmux capture-pane -p -t "${2:-one}" | grep .
	echo $?
}
cd /tmp || exit 1

t none; tmux list-sessions 2>&1; echo $?
t new-session; tmux new-session -d -s one -x 80 -y 24; echo $?
t socket; stat -c '%F %a %U' /tmp/tmux-0/default
t prompt; shows '^\$'
t send-keys; tmux send-keys -t one 'echo sum $((6 * 7))' Enter; shows '^sum 42$'
t list-sessions; tmux list-sessions -F '#{session_name} #{session_windows} #{window_width}x#{window_height}'
t new-window; tmux new-window -t one -n second 'echo in a window; exec sleep 600'; shows '^in a window' one:second
t split-window; tmux split-window -d -t one:second 'echo in a pane; exec sleep 600'; shows '^in a pane' one:second.1
t list-panes; tmux list-panes -s -t one -F '#{window_name} #{pane_index} #{pane_width}x#{pane_height}' | sed 's/^[^s][^ ]*/NAME/'
t kill-pane; tmux kill-pane -t one:second.1; tmux list-panes -t one:second -F '#{pane_index}'
t resize; tmux resize-window -t one:second -x 100 -y 30; tmux send-keys -t one:0 'stty size' Enter; tmux resize-window -t one:0 -x 90 -y 20
shows '^24 80\|^20 90' one:0 | grep -c '^[0-9]* [0-9]*$'
t buffer; tmux set-buffer 'kept text'; tmux show-buffer; echo; tmux list-buffers -F '#{buffer_size}'
t paste; tmux send-keys -t one:0 'cat' Enter; tmux paste-buffer -t one:0; tmux send-keys -t one:0 Enter C-d; shows '^kept text' one:0 | grep -m 1 '^kept text'
t load-buffer; printf 'from a pipe' | tmux load-buffer -; tmux show-buffer; echo
t environment; tmux set-environment -g COLOUR blue; tmux show-environment -g COLOUR
t run-shell; tmux run-shell 'echo from the server' ; echo $?
t if-shell; tmux if-shell false 'set-buffer yes' 'set-buffer no'; tmux show-buffer; echo
t wait-for; tmux wait-for done & tmux wait-for -S done; wait $!; echo $?
t wait-for-pane; tmux send-keys -t one:0 'tmux wait-for -S typed' Enter; tmux wait-for typed; echo $?
t many-clients; for i in 1 2 3 4 5 6 7 8; do tmux set-environment -g "N$i" "$i" & done; wait
tmux show-environment -g | grep '^N[1-8]=' | sort
t other-server; tmux -L other new-session -d -s two 'exec sleep 600'; tmux -L other list-sessions -F '#{session_name}'
tmux -L other kill-server; echo $?
t has-session; tmux has-session -t one; echo $?; tmux has-session -t none 2>&1; echo $?
t kill-session; tmux new-session -d -s three 'exec sleep 600'; tmux kill-session -t three; tmux list-sessions -F '#{session_name}'
t kill-server; tmux kill-server; echo $?
for i in $(seq $TRIES); do pgrep -x sleep >/dev/null || break; sleep 0.1; done
pgrep -x sleep; tmux list-sessions 2>&1; echo $?
