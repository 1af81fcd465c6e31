#!/bin/sh
# SPDX-License-Identifier: MIT
# The language further: grammar in odd places, expansions against one another, here-documents, descriptors.
t() { echo "## $1"; }
p() { printf '<%s>' "$@"; echo; }

t and-or-newlines; true &&

echo a || echo b; false ||
# comment between
echo c; true && { false || echo d; } && ! false && echo e; ! true || echo f; ! false | true; echo $?
t compound-redirect; for i in 1 2; do echo $i; done >f; cat f; while read x; do echo "[$x]"; done <f >g; cat g; if true; then echo i; echo e >&2; fi >f 2>&1; cat f; { echo x; echo y; } >f; cat f; (echo s) >f; cat f; case x in x) echo c;; esac >f; cat f; until [ -e g ] && rm g; do :; done >f; wc -c <f; rm f
t compound-pipe; for i in 3 1 2; do echo $i; done | sort; if true; then echo c; fi | tr c d; { echo a; echo b; } | tail -n 1; while read x; do echo "$x."; done <<E | cat
1
2
E
case a in a) echo in;; esac | cat; echo 'x y' | (read a b; echo $b $a); seq 3 | { read a; read b; echo $a$b; cat; }
t case-more; for w in abc 'a*' '' 'a b' '[x]' '\' - a] ; do case "$w" in abc) echo 1;; 'a*') echo 2;; '') echo 3;; a\ b) echo 4;; '[x]') echo 5;; '\') echo 6;; [-]) echo 7;; a]) echo 8;; esac; done; case x in ( x | y ) echo paren;; esac; case $(echo sub) in s?b) echo q;; esac; case "a
b" in *"
"*) echo nl;; esac; case x in a) ;; *) esac; case x in
x) echo nl1
;;
esac; x=1; case $x in $x) echo var;; esac; case "*" in \*) echo lit;; esac
t case-classes; c() { case $1 in [[:upper:]]*) echo upper;; [[:digit:]]) echo digit;; [[:space:]]) echo space;; [!a-z]) echo notlow;; [a-cx-z]) echo ends;; [\]]) echo br;; *) echo other;; esac; }; c Ab; c 5; c ' '; c _; c y; c m; c ']'; c ab; c ''
t function-forms; f () { echo 1; }; f; f()
{ echo 2
}
f; f() (echo 3; exit 3); f; echo $?; f() for i in a b; do echo $i; done; f; f() { echo "$0" | sed 's/.*\///'; }; f; f() { f2() { echo nested; }; }; f; f2; f() { return 1; }; f || echo r; if f; then :; else echo e; fi; f() { cat; }; echo in | f; f <<E
doc
E
f() { echo "${1-none}" "$#"; }; f ''; f; x=v f "$x"
t function-arguments; set -- o1 o2; f() { p "$@"; shift; p "$@"; set -- n; p "$@"; }; f 1 2 3; p "$@"; f() { for a; do echo "[$a]"; done; }; f 'x y' z; f() { eval "p \$$#"; }; f a b c; f() { p "${@}" "${*}" "$#"; }; f 'a b' c
t subshell-state; x=1; cd /; (x=2; cd /usr; f() { :; }; set -f; trap 'echo no' EXIT; trap - EXIT; umask 0); p $x "$PWD" "$(umask)"; case $- in *f*) echo leak;; esac; cd "$OLDPWD"; (exit 9); echo $?; ( (exit 4) ; echo $? ); x=$(x=5; echo $x); p $x; (echo a; (echo b; (echo c)))
t brace-or-group; { echo a; }; {
echo b
}; { { echo c; }; }; echo {; echo }; echo {a}; { echo d; } | cat; { :; } && echo e; echo a{b
t comments; echo a#b 'c'#d # e
# whole line
echo "#not" \#neither ${x-#no}; echo $# # count
t quoting-mix; p a"b"'c'\d "a'b" 'a"b' "a\"b" "a\`b" "\a\b" '\a' "$(echo "x y")" "`echo "p q"`" "a
b" a\
b; p "\$x" '$x' \$x "\\" '\\' \\; p "" '' ""'' a""b; p "${x-'q'}" "${x-"d"}" ${x-'a  b'}; p $'x' 2>/dev/null
t dquote-backslash; p "a\b" "a\$b" "a\\b" "a\"b" "a\`b" "a\'b" "a\
b" "\n"
t param-length; x=abc; p ${#x} "${#x}y" ${#}; set -- 1 22 333; p ${#1} ${#3}; y=; p ${#y}; z='ä'; unset z; p ${#z}; x='a
b'; p ${#x}; p ${##} 2>/dev/null
t param-default-forms; unset u; n=; v=x; p "${u-}" "${u:-}" "${n-d}" "${n:-d}" "${v-d}" "${u+a}" "${n+a}" "${n:+a}" "${v:+a}"; p ${u-a b c} "${u-a b c}" ${u-"a b" c}; p "${u-a"b"c}" ${v:+"x y" z}; p ${u:-$(echo a b)} "${u:-$(echo a  b)}" ${u:-`echo c`} ${u:-$((1+1))} ${u:-${v}} ${u:-${n:-${v}}}; p "${u-\}}" "${u-\"}" "${u-\$}" ${u-\}}; p ${u-*} | head -c 2; echo; p "${u-*}" ${u-'*'}
t param-assign-forms; unset u; p ${u=a b} "$u"; unset u; p "${u=a b}"; p ${u:=c}; n=; : ${n:=filled}; p "$n"; unset a; : ${a:=${b:=deep}}; p $a $b; (: ${1=x}) 2>/dev/null; echo $?
t param-trim-forms; x=aXbXc; p ${x#*X} ${x##*X} ${x%X*} ${x%%X*} ${x#nope} ${x#a*} ${x##a*} ${x%%*} ${x#?} ${x%?} ${x#??X} ${x%[a-z]}; f=/a/b.c/d.tar.gz; p ${f##*/} ${f%/*} ${f%%.*} ${f##*.} ${f%.*}; x='a b'; p ${x% *} "${x#* }"; x='[ab]'; p "${x#[}" "${x%]}" "${x#"[a"}"; pat='a*'; x=aXa; p "${x#$pat}" "${x##$pat}" "${x#"$pat"}"; x=//a//; p ${x#/} ${x##/} "${x%/}" "${x%%/*}"; x='\a'; p "${x#\\}" "${x#'\'}"; p ${x#${x}}.
t param-trim-at; set -- pre-a pre-b; p "${1#pre-}" "${2%-*}"; x=; p "${x#a}" "${x%b}"; p "${nope#a}."; x=' lead'; p "${x#"${x%%[! ]*}"}"; x='trail  '; p "${x%"${x##*[! ]}"}"
t splitting; x='a b  c'; p $x; p "$x"; p $x$x; p "$x"$x; IFS=:; y=a:b::c:; p $y; p "$y"; z=':'; p $z; z='::'; p $z; unset IFS; IFS=; p $x; IFS=' :'; y='a : b::c '; p $y; unset IFS; p $(echo 'a  b') "$(echo 'a  b')"; e=; p $e; p "$e"; p $e$e; p a$e b; p $e'' ; IFS=x; w=axbxc; p $w axb; p ${w}; p $(echo 1x2); p $((1)); unset IFS
t splitting-at; set -- 'a b' '' c; p $@; p $*; p "$@"; p "$*"; IFS=-; p $*; p "$*"; p "a$*b"; IFS=; p $*; p "$*"; p $@; unset IFS; set --; p "$@" x; p $@ x; p "$*" x; p x"$@" ; p "$@$@"; set -- 1; p "$@$@"; set -- 1 2; p "$@$@"; p "$@""$@"; x="$@"; p "$x"; x=$*; p "$x"; for i in "$@"; do p "$i"; done
t globbing; mkdir gl; cd gl; touch a b ab .h 'x y' '*' '[' aB c.d e.d; p *; p a*; p ?; p [ab]; p [!ab]; p \*; p '*'; p "a"*; p *.d; p .*h; p no*; p [[:upper:]]* a[[:upper:]]; p *[*; p x\ *; p ./*.d; p */; mkdir s t; touch s/1 t/2; p */*; p s/*; p */1; p [st]/?; p {a,b}*; v='*.d'; p $v "$v"; set -f; p *.d; set +f; x=$(echo *.d); p "$x"; p ${nope-*.d}; for f in *.d; do echo "f:$f"; done; case a.d in *.d) echo cs;; esac; y=*.d; p $y; p "$y"; p a''* ; p [a-c]; cd ..; rm -r gl
t tilde-more; HOME=/h; p ~ ~/ ~/a "~" '~' \~ a~ ~+ 2>/dev/null; x=~; p $x; x=~/b:~/c; p $x; x="~"; p $x; p x=~ ; p --o=~; export y=~/q; p $y; a='s p' b=*; export ea=$a eb=$b; p "$ea" "$eb"; readonly ec=~/r; p $ec; f() { local l=$a m=~; p "$l" $m; }; f; command export ed=~/x; p $ed; v=export; $v ee=~/x 2>/dev/null; p $ee; p ${z-~}; p "${z-~}"; case /h in ~) echo t;; esac; for i in ~; do p $i; done; p ~:~; HOME='/a b'; p ~; HOME=/tmp
t arithmetic-more; x=3; p $((x+1)) $((x*x-1)) $(( x > 2 ? 10 : 20 )) $((x<<2|1)) $((-x)) $((~x)) $((!x)) $((x%2)) $((x/2)) $((-7/2)) $((-7%3)) $((7%-3)) $((1-1-1)) $((2*3+4)) $((2+3*4)) $(((2+3)*4)); p $((x=5)) $x $((x+=2)) $((x-=1)) $((x*=3)) $((x/=2)) $((x%=5)) $((x<<=2)) $((x>>=1)) $((x&=7)) $((x|=8)) $((x^=1)); p $((0x10)) $((010)) $((1==1)) $((1!=1)) $((1<=1)) $((3>=4)) $((1&&0)) $((1||0)) $((0&&x)) $((5&3)) $((5|3)) $((5^3)); y='x'; p $(($y+1)); p $(( $(echo 4) * 2 )) $((`echo 3`)) $(( ${#x} )) $((${n:-6})); p $((1 ?2 :3)) $(( 1 + (2) )) "$((1+1))"; p $((9223372036854775807)) $((-9223372036854775807-1))
t arithmetic-empty; e=; p $((e)) $((e+1)); z=08; (p $((z))) 2>/dev/null; echo $?; (p $((1+))) 2>/dev/null; echo $?; (p $((a b))) 2>/dev/null; echo $?; (p $((1=2))) 2>/dev/null; echo $?; (p $((1//2))) 2>/dev/null; echo $?
t arithmetic-shortcut; x=0; p $((0 && (x=1))) $x $((1 || (x=2))) $x $((1 ? 5 : (x=3))) $x $((0 ? (x=4) : 6)) $x
t substitution-more; p $(echo a; echo b) "$(echo a; echo b)"; p "$(printf 'a\n\n\n')" "$(printf '\n\na')"; p $(echo $(echo $(echo deep))) `echo \`echo old\``; p "$(echo '"')" "$(echo "'")" $(echo \)) "$(echo ')')"; x=$(cat <<E
doc $(echo in)
E
); p "$x"; p $(case x in x) echo c;; esac) $(if true; then echo i; fi); p $( : ) "$( )" x$()y; x=$(exit 3); p $?; y=$(echo o; exit 4); p $? $y; p "$(echo "a $(echo "b c") d")"; p $(echo 'a   b') ; p "$(echo \\)" "$(echo \\\\)" `echo \\\\` "`echo \\\\`"; p $(echo a) $(echo b)c d$(echo e); p "$(trap)"; p $( (echo sub) ) $( { echo grp; } )
t substitution-backquote; p `echo "a b"` "`echo "a b"`" `echo 'a$x'` `echo \$HOME | cut -c1` "`echo \"q\"`"; x=`echo a
echo b`; p "$x"; p `echo '\\'` `echo '\\\\'`; p "`echo '\$x'`"
t heredoc-more; cat <<E1; cat <<'E2'; cat <<-E3
a $((1+1)) ${x:-d} "q" 'q' \\ \$ \`
E1
b $x \\ `no`
E2
	c
	E3
cat <<E
$(cat <<F
inner
F
)
E
cat <<E && echo after
${x:+yes}${nope:-"dq"}${nope:-'sq'}
E
cat <<"a b"
text
a b
cat <<E | cat <<F
first
E
second
F
while read l; do echo "<$l>"; done <<E
 lead
trail 
back\\slash
E
f() { cat <<E
$1 $#
E
}; f x y; cat <<E
a\
b
E
cat <<\E
a\
b
E
cat 0<<E
fd0
E
cat <<E 2>&1 >&2 | cat
x
E
t heredoc-loop; for i in 1 2; do cat <<E
i=$i
E
done; if true; then cat <<A; else cat <<B; fi
yes
A
no
B
t redirect-dup; { echo o; echo e >&2; } 2>&1 | sort; { echo o; echo e >&2; } 2>&1 >/dev/null; { echo o; echo e >&2; } 3>&1 1>&2 2>&3 | sed 's/^/p:/'; echo a 3>&1 >&3; (echo x >&5) 5>&1; exec 3>f; echo l1 >&3; echo l2 1>&3; exec 3>&-; cat f; echo y >&3; echo $?; cat <&4; echo $?; { cat <&3; } 3<f; rm f; echo z 2>&- ; x=1; echo v >&$x
t redirect-append; echo a >f; echo b >>f; echo c >>f; cat f; >f; wc -c <f; echo d >>g; cat g; : >>f; rm f g; f=name; echo q >"$f"; cat $f; echo r >$f.x; cat name.x; rm name name.x; echo s >'sp ace'; cat 'sp ace'; rm 'sp ace'
t redirect-only; >f; ls f; x=5 >g; p $x; rm f g; <none; echo $?; >no/such; echo $?; 2>&1; echo $?
t redirect-close; cat <&- 2>/dev/null; echo $?; (exec >&-; echo b) 2>/dev/null; echo $?; exec 9>f; exec 9>&-; exec 9>&-; echo $?; rm f
t pipe-status; true | false | true; echo $?; false | false; echo $?; (exit 3) | (exit 5); echo $?; ! false | false; echo $?; echo a | false; echo $?; nosuch 2>/dev/null | cat; echo $?; cat nofile 2>/dev/null | true; echo $?; x=$(true | false); echo $?; if echo | grep -q x; then echo y; else echo n; fi
t pipe-many; seq 1 5 | cat | cat | cat | cat | cat | cat | tail -n 2; yes | head -n 3 | tr y z; { echo a; sleep 0.05; echo b; } | while read x; do echo "got $x"; done; echo data | tee f | cat; cat f; rm f
t assignment-more; a=1 b=$a c=$((a+1)); p $a $b $c; x=y=z; p $x; x='a  b'; y=$x; p "$y"; y=$x$x; p "$y"; e= ; p "$e"; a=1 b=2 sh -c 'echo $a$b'; x=$(echo a b) y=`echo c`; p "$x" "$y"; v=1; v=2 echo $v; p $v; v=3 eval 'p $v'; p $v; x=* ; p "$x"; HOME=/q x=~; p $x; p a=b; x=1 y=2; p "$x$y"; PATH=$PATH:/x true; echo $?; _a1=ok; p $_a1
t status; true; p $?; false; p $?; (exit 42); p $?; nosuch 2>/dev/null; p $?; x=1; p $?; : ; p $?; if false; then :; fi; p $?; while false; do :; done; p $?; for i in; do :; done; p $?; case x in y) ;; esac; p $?; f() { :; }; p $?; { false; }; p $?; (false); p $?; ! true; p $?; false | true; p $?; false & p $?; wait; x=$(false); p $?; x=$(false)$(true); p $?; sh -c 'kill -9 $$'; p $?
t words-many; set -- $(seq 1 500); p $# ${500}; shift 499; p "$@"; x=; for i in 1 2 3 4 5 6 7 8 9 10; do x="$x$x$i"; done; p ${#x}; set --
t reserved; echo if then else fi for do done while case esac in; for in in in; do echo $in; done; for if in a; do echo $if; done; x=if; p $x; 'if' 2>/dev/null; echo $?; \if 2>/dev/null; echo $?; do=1; p $do
t semicolon-forms; if true
then echo a
fi; for x in 1 2
do echo $x
done; while false
do :
done; for x in a b; do echo $x; done; for x
do echo no; done; for x in 1;
do echo $x; done; { echo b;
}
t continuation; ec\
ho a\
b; x=1\
2; p $x; p "a\
b"; if tr\
ue; then echo c; fi; p $x \
 next
t syntax-status; for s in 'echo "' 'echo $((' 'echo ${' '((' ')' 'a;;' '|a' '&' 'if true; then' 'while do done' 'case' '{' '{ echo; ' 'f() {' '<<' 'cat <' '>&' 'for i do' 'for i in a; do' 'echo `echo' '$(' 'echo $(if)' 'x=$(' 'a | | b' 'a && && b' 'a ; ; b' 'then' 'do' 'esac' 'fi;' '}' ; do sh -c "$s" >/dev/null 2>&1 </dev/null; echo "$s $?"; done
t the-end; echo reached
