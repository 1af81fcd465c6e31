#!/bin/sh
# SPDX-License-Identifier: MIT
# Lists, compound commands, functions, redirections, builtins.
t() { echo "## $1"; }

t lists; true && echo and; false && echo no; false || echo or; true || echo no; true && false || echo both; false || true && echo chain; ! true; echo $?; ! false; echo $?; ! false && echo neg; true; echo $?; false; echo $?
t lists-lines; true &&
echo next; false ||

echo after; echo a |
cat; { echo b; } &&
{ echo c
}
t semicolons; echo a; echo b;echo c ; echo d
t comment; echo a # b
echo a#b; # whole
echo '#c' "#d" \#e
t if; if true; then echo yes; fi; if false; then echo no; else echo else; fi; if false; then :; elif true; then echo elif; else echo no; fi; if false; then :; fi; echo $?; if ! false; then echo not; fi; if true; then false; fi; echo $?; if echo cond; false; then :; else echo $?; fi
t while; i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; echo $?; while false; do :; done; echo $?; until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i; while true; do break; done; echo $?
t for; for x in a 'b c' d; do echo "$x"; done; for x in; do echo no; done; echo $?; set -- p q; for x; do echo $x; done; for x do echo $x; done; for x
do echo nl $x; done; for x in $(echo 1 2); do echo $x; done; echo $x; for x in a; do false; done; echo $?; for i in 1 2 3; do
echo $i
done | tail -n 1
t break-continue; for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; for i in 1 2; do for j in 1 2 3; do [ $j = 2 ] && continue 2; echo $i$j; done; done; for i in 1 2; do for j in 1 2; do break 2; done; echo no; done; echo $i$j; while :; do while :; do break 5; done; done; echo out; for i in 1; do (break); echo sub; done
t groups; { echo a; echo b; } | cat; (echo c; exit 3); echo $?; { false; }; echo $?; x=1; (x=2); echo $x; { x=3; }; echo $x; ( ( echo nested ) ); ({ echo mixed; })
t functions; f() { echo "f $# $*"; }; f; f a 'b c'; g() { return 3; }; g; echo $?; h() { false; }; h; echo $?; k() ( echo sub; exit 4 ); k; echo $?; l() { f "$@" in; }; l 1 2; echo $#; m() if true; then echo ifbody; fi; m; n() { return; }; false; n; echo $?; unset -f f; f 2>/dev/null; echo $?
t function-recursion; fac() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fac $(($1 - 1))))); fi; }; fac 10; cnt() { [ $1 -eq 0 ] && return; cnt $(($1 - 1)); }; cnt 200; echo ok; self() { self() { echo second; }; echo first; }; self; self
t function-local; x=out; f() { local x; echo "[$x]"; x=in; g; echo $x; }; g() { echo $x; x=g; }; f; echo $x; h() { local x=1 y=2; echo $x$y; unset x; echo "[$x]"; }; h; echo $x; k() { local IFS=:; set -- a b; echo "$*"; }; k; set -- a b; echo "$*"
t function-return; f() { while :; do return 5; done; echo no; }; f; echo $?; g() { { return 6; } ; }; g; echo $?; h() { (return 7); echo $?; return 8; }; h; echo $?; k() { for i in 1 2; do case $i in 2) return $i;; esac; done; }; k; echo $?; f() { return $1; }; f 300; echo $?
t function-redirect; f() { echo out; echo err >&2; } 2>&1; f | sort; g() { cat; } <<X
here
X
g; echo body > ff; h() { cat; } < ff; h; rm ff
t redirect; echo a > f; cat f; echo b >> f; cat < f; echo c >| f; cat f; cat < f > g; cat g; > f; wc -c < f; : > f; echo x 1> f; cat 0< f; echo y >f 2>&1; cat f; rm f g
t redirect-order; sh -c 'echo out; echo err >&2' 2>&1 >f; cat f; sh -c 'echo out; echo err >&2' >f 2>&1; sort f; echo a >f >g; wc -c <f; cat g; rm f g; { echo o; echo e >&2; } 2>f; cat f; rm f
t redirect-fd; exec 3>f; echo three >&3; exec 3>&-; cat f; exec 4<f; read x <&4; echo $x; exec 4<&-; { echo 5 >&5; } 5>f; cat f; echo z 7>f >&7; cat f; cat <&- 2>/dev/null; echo $?; exec 3<>f; echo w >&3; exec 3>&-; cat f; rm f; echo 3>f; cat f; rm f
t redirect-errors; cat < nofile; echo $?; echo x > no/dir; echo $?; { echo y; } < nofile; echo $?; (echo z) < nofile; echo $?; while read x; do :; done < nofile; echo $?; f() { echo called; }; f < nofile; echo $?; echo x >&9; echo $?
t redirect-special-survives; (: < nofile; echo no); echo $?; command : < nofile; echo $?; (exec < nofile; echo no); echo $?
t noclobber; set -C; echo a > nc; (echo b > nc); echo $?; echo c >| nc; cat nc; echo d >> nc; echo e > /dev/null; set +C; rm nc
t heredoc; x=val; cat <<E
$x ${x} $(echo cmd) $((1+1)) `echo bq` \$x \\ "q" 'q' \a
E
cat <<'E'
$x `no` \$ \\
E
cat <<"E"
$x
E
cat <<\E
$x
E
cat <<-E
	tab
		tabs
	E
cat <<E; echo after
join\
ed
E
cat <<A; cat <<B
a
A
b
B
cat <<E | tr a-z A-Z
pipe
E
while read l; do echo "[$l]"; done <<E
1
2
E
cat <<E
E
cat <<'E E'
sp
E E
if cat <<E
in if
E
then echo then; fi
t heredoc-odd; cat <<E
${x-"a b"} ${nope-'q'} ${nope:-"r s"} "$x"
EE
 E
E
f() { cat <<E
fn $1
E
}; f 1; f 2; cat 3<<E <&3
fd3
E
x=$(cat <<E
sub
E
); echo $x
t pipeline; echo a | cat | cat; echo b | { read x; echo "got $x"; }; seq 3 | while read x; do echo $((x*2)); done; true | false; echo $?; false | true; echo $?; ! true | false; echo $?; echo x | (cat; echo y); x=1; echo | x=2; echo $x; yes | head -n 1; (exit 2) | (exit 3); echo $?
t background; (sleep 0.05; echo late) & wait; echo done; (exit 5) & wait $!; echo $?; sleep 0.01 & p=$!; wait $p; echo $?; wait 999999; echo $?; { sleep 0.02; exit 3; } & a=$!; (exit 4) & b=$!; wait $b; echo $?; wait $a; echo $?; false & wait; echo $?; echo x & wait
t eval; eval echo a b; eval 'echo "c  d"'; x='echo $y'; y=deep; eval $x; eval "$x; echo e"; eval; echo $?; eval 'false'; echo $?; eval 'x=5
echo $x'; eval 'for i in 1 2; do' 'echo $i; done'; eval "eval 'echo nested'"
t dot; echo 'echo dot $1; v=set; return 3; echo no' > d.sh; . ./d.sh; echo $? $v; PATH=.:$PATH . d.sh; f() { . ./d.sh; echo after; }; f; echo 'exit 7' > e.sh; (. ./e.sh; echo no); echo $?; command . ./nofile; echo $?; (. ./nofile; echo no); echo $?; rm d.sh e.sh
t exit; (exit 3); echo $?; (false; exit); echo $?; sh -c 'exit 300'; echo $?; sh -c 'exit'; echo $?; (exit foo); echo $?; sh -c 'trap "exit 5" EXIT; exit 4'; echo $?
t set; set -- a b; echo $# $1; set x; echo $1; set -- -a; echo $1; set - q; echo $1; (set -e; false; echo no); echo $?; (set -u; echo $nope; echo no); echo $?; set -o | grep -c 'off\|on' >/dev/null; (set -a; v=exported; sh -c 'echo $v'); (set -n; echo no); (set -Z); echo $?; (set -o nosuch); echo $?; set +o | head -n 1
t errexit; (set -e; false || true; echo a; if false; then :; fi; echo b; ! true; echo c; false && true; echo d; (exit 2); echo no); echo $?; (set -e; f() { false; echo in; }; f || echo or; f; echo no); echo $?; (set -e; x=$(false); echo no); echo $?; (set -e; while false; do :; done; echo ok; false | true; echo pipe; { false; } ; echo no); echo $?; (set -e; false; ) || echo caught; (set -e; eval false; echo no); echo $?
t shift; set -- 1 2 3 4; shift; echo $*; shift 2; echo $*; shift 0; echo $*; (shift 5; echo no); echo $?; shift; echo $#; (shift x); echo $?
t export; export A=1 B; B=2; sh -c 'echo $A $B'; export -p | grep '^export A='; unset A; sh -c 'echo [$A]'; (export 1x; echo no); echo $?; C=3; export C; C=4; sh -c 'echo $C'
t readonly; readonly R=1; (R=2; echo no); echo $?; (unset R; echo no); echo $?; (readonly R=3); echo $?; readonly -p | grep ' R='; echo $R; (export R; echo $R)
t unset; x=1; unset x; echo "[$x]"; unset nope; echo $?; f() { echo f; }; x=f; unset -v x; f; unset -f f; f 2>/dev/null; echo $?; (unset 1a; echo no); echo $?
t read; echo 'a b  c ' | { read x y; echo "[$x][$y]"; }; echo ' lead' | { read x; echo "[$x]"; }; echo 'a\tb \
c' | { read x; echo "[$x]"; }; echo 'a\tb' | { read -r x; echo "[$x]"; }; printf 'no nl' | { read x; echo "$? [$x]"; }; echo a:b:c | { IFS=: read x y z; echo "$x-$y-$z"; }; echo 'x' | { read a b c; echo "[$a][$b][$c]"; }; read x < /dev/null; echo $?; printf '1\n2\n' | { read a; read b; echo $b$a; }; echo 'a:b:c' | { IFS=: read x y; echo "$y"; }; echo ' a ' | { IFS= read -r x; echo "[$x]"; }
t getopts; g() { OPTIND=1; while getopts ab:c o "$@"; do echo "$o ${OPTARG-none}"; done; shift $((OPTIND-1)); echo "rest $*"; }; g -a -b x -c y; g -abx; g -ac -- -b; g -b; g -z; g; g x -a; h() { OPTIND=1; while getopts :a: o "$@"; do echo "$o [$OPTARG]"; done; }; h -a; h -q; h -ax -a y
t test; [ a = a ] && echo 1; [ a != b ] && echo 2; [ 1 -eq 01 ] && echo 3; [ -n x -a -z "" ] && echo 4; [ ! -e nofile ] && echo 5; [ "(" = "(" ] && echo 6; test -d / && echo 7; [ ]; echo $?; [ "" ]; echo $?; [ x ]; echo $?; [ -f / ]; echo $?; [ 2 -gt 10 ]; echo $?; [ b \> a ] && echo 8; [ / -ef /. ] && echo 9; [ ! a ]; echo $?; [ ! "" ]; echo $?; [ 1 -eq x ]; echo $?; [ a b ]; echo $?; [ a; echo $?; [ \( a \) -o b ] && echo 10; [ -t 0 ] || echo 11; [ -s script ] && echo 12; [ -r script -a -w script ] && echo 13; [ "-f" = "-f" ] && echo 14; [ ! = x ] || echo 15
t echo; echo; echo -n a; echo b; echo -n; echo a '' b; echo 'a\tb\n\\c\0101\x'; echo 'cut\c' here; echo; echo -e x; echo -- y; echo "$@" end
t printf; printf '%s\n' a b; printf '%d-%d\n' 1 2 3; printf '%5s|%-5s|%.2s\n' a b cde; printf '%x %o %X %c %%\n' 255 8 255 xyz; printf '%b\n' 'a\tb'; printf 'no newline'; echo; printf '%s'; printf 'a\101\n'; printf '%5d|%-5d|%05d|%+d\n' 42 42 42 42; printf '%d\n' "'a" 0x10 010; printf '%s %s\n' one; printf '%*d|\n' 5 7; printf '%f %.1f %e %g\n' 1.5 2.25 3 0.0001; printf '%d\n' abc; echo $?; printf '%d\n' 3x; echo $?; printf '%q' 2>/dev/null; echo $?
t cd; mkdir -p a/b; ln -s a/b l; cd l; pwd; pwd -P; cd ..; pwd; cd a; cd - ; cd - >/dev/null; pwd; cd /; echo $PWD $OLDPWD; cd "$OLDPWD"; cd -P ../l; pwd; cd ../..; cd nodir; echo $?; HOME=$PWD; cd; pwd; cd ./a/../a; pwd; cd ..; CDPATH=a; cd b; cd ../..; unset CDPATH; rm -r a l; cd ''; echo $?
t alias; alias e='echo aliased'
e x; alias e; unalias e; e 2>/dev/null; echo $?; alias two='e '
alias e=echo w=word
two w; alias loop=loop
loop 2>/dev/null; echo $?; alias a=b b=a
a 2>/dev/null; echo $?; unalias -a; alias; alias nope; echo $?
t type; type cd; type :; type if; type ls | sed 's,/.*/,,'; f() { :; }; type f; type nosuch; echo $?; alias q=r; type q; unalias q; command -v cd; command -v nosuch; echo $?; command -v if; command -V echo
t command; command echo a; f() { echo func; }; echo() { builtin_echo; }; command echo direct; unset -f echo; command nosuch; echo $?; command -p echo path; cd() { echo no; }; command cd .; unset -f cd; command; echo $?
t umask; umask 022; umask; umask -S; umask 077; touch u; ls -l u | cut -c 1-10; rm u; umask g+r; umask; umask u=rwx,go=; umask -S; umask 022; (umask 9); echo $?
t ulimit; ulimit -n 100; ulimit -n; ulimit -Hn >/dev/null; echo $?; ulimit -c 0; ulimit -c; (ulimit -n 5; ulimit -n)
t times; times | wc -l
t colon; : a b c; echo $?; : > f; rm f; true x; false x; echo $?
t source-line; nosuchcommand; echo $?
t not-found; nosuch; echo $?; ./nosuch; echo $?; /nosuch/x; echo $?; mkdir dd; ./dd; echo $?; touch noexec; ./noexec; echo $?; rm -r dd noexec; script/x; echo $?
t script; printf 'echo script $# $0\n' > s; chmod +x s; ./s a b; printf '#!/bin/sh\necho shebang $1\n' > s; ./s c; rm s
t exec; (exec echo replaced; echo no); (exec nosuch; echo no); echo $?; (exec 2>&1; nosuch); exec 3>&1; echo to3 >&3; exec 3>&-; (exec sh -c 'echo $1' x y)
t stdin; printf 'echo a\nexit 3\necho no\n' | sh; echo $?; echo 'echo $0 $1' | sh -s arg; sh -c 'cat' < /dev/null
t options; sh -c 'echo $-' | tr -d 's'; sh -e -c 'false; echo no'; echo $?; sh -u -c 'echo $x' ; echo $?; sh -x -c 'echo a; b=1; f() { echo $1; }; f c' 2>&1; sh -v -c 'echo v' 2>&1; sh -f -c 'echo *'; sh +e -c 'false; echo yes'; sh -ec 'false'; echo $?; sh -n -c 'echo no'; sh -c 'echo $0 $1 $#' zero one two
t syntax-errors; for c in 'if' 'fi' 'echo (' 'a | | b' '&& x' 'for' 'for 1 in' 'case x' 'case x in y' 'while true' '{ echo' '( echo' 'echo )' 'if true; fi' 'f() ' 'echo "a' "echo 'a" 'echo $(' 'echo ${x' 'echo `x' 'x;;y' 'then' '; ;' '! ' 'for x in a; done' '<' 'echo >' 'cat <<' '}' 'if then fi' 'f( ) x' 'echo ${}' 'echo ${x!y}' 'done' 'esac' 'else' 'a &| b' 'function x'; do sh -c "$c" >/dev/null 2>&1; echo "$c: $?"; done
t eof-in-heredoc; printf 'cat <<E\nno end\n' | sh
