#!/bin/sh
# SPDX-License-Identifier: MIT
# Quoting, expansion, fields, patterns, arithmetic.
t() { echo "## $1"; }
p() { printf '<%s>' "$@"; echo; }

t quotes; p 'a b' "c d" e\ f 'g'"h"i "a\$b\`c\"d\\e\f" 'a\b' "" '' a''b; p "it's" 'say "x"' \' \" \\
t line-continuation; p a\
b "c\
d" 'e\
f'; ec\
ho joined
t dollar-alone; p $ "$" a$ "a$" $% "$ x"
t parameters; set -- one 'two words' '' four; p $# "$1" $2 "$2" $3 "$3" "$4"; p $*; p "$*"; p $@; p "$@"; p x"$@"y; p "a $@ b" "$*"; shift 2; p "$@"; set --; p "$@"; p "$*"; p x"$@"; p "x$*"
t ten; set -- 1 2 3 4 5 6 7 8 9 ten eleven; p $10 ${10} ${11} "${#}" $#; shift 9; p "$1"
t special; (exit 3); p $?; p "${#-}" ; sh -c 'echo $0 $#' name a b; p "$-"
t default; unset u; e=; s=set; p "${u-d}" "${u:-d}" "${e-d}" "${e:-d}" "${s-d}" "${s:-d}"; p ${u-a b} ${u:-"a b"} "${u-a  b}" "${u-'q'}" ${u-'q r'}; p "${u-"in"}"; p ${u-$s} "${u-$(echo sub)}" "${u-`echo old`}" ${u-$((1+2))}
t alternative; unset u; e=; s=set; p "${u+a}" "${u:+a}" "${e+a}" "${e:+a}" "${s+a}" "${s:+a}"; p ${s+a b} "${s+a b}" ${s+'x y' z}
t assign; unset u; p "${u=val}" "$u" "${u:=other}"; e=; p "${e=x}" "${e:=y}" "$e"; unset w; p ${w:=a b} "$w"
t error; (: "${nope?}"; echo no); echo $?; (: "${nope:?custom message}"; echo no); echo $?; (e=; : "${e:?empty}"); (e=; p "${e?}")
t length; v=hello; p ${#v} "${#v}" ${#nope}; set -- a b c; p ${#} ${#1}; v='a b'; p ${#v}
t trim; v=a/b/c.d.e; p ${v#*/} ${v##*/} ${v%.*} ${v%%.*} ${v#x} ${v%x} "${v#a/}" "${v%"e"}"; p ${v#"*/"} ${v##*"/"}; q='*'; p "${v#$q/}" "${v#"$q"/}"; x='a*b'; p "${x#a\*}" "${x%\*b}" "${x#'a*'}"
t trim-class; v=abc123def; p ${v#[a-c]*[0-9]} ${v##[a-z]*[0-9]} ${v%[!0-9]*} ${v%%[!a-c]*} ${v#[[:alpha:]]} ${v%%[[:digit:]]*}
t trim-quote; v='a}b'; p "${v%\}*}" ${v#*\}} "${v#*'}'}"; v="x'y"; p "${v#*\'}" "${v%%\'*}"
t trim-params; set -- a.c b.c; p "${1%.c}" ${2%.c}; f=/x/y/z; d=${f%/*}; p "$d" "${f#"$d"}"
t nested; a=1; unset b; p "${b-${a-no}}" "${b-"${a+yes $a}"}" ${a:+${b:-deep $a}} "${b:-$(echo "${a:+in}")}"
t braces-in-quotes; p "${nope-}}" "${nope-a}b" "a${nope-\}}b"; p "${nope-"}"}"
t command; p $(echo a b) "$(echo a  b)" `echo c d` "`echo "e  f"`" $(printf 'x\n\n\n').; p "$(printf 'a\nb\n')" $(printf 'a\nb\n'); p $(:) "$(:)" x$(:)y
t command-nested; p "$(echo "$(echo "in  ner")")" `echo \`echo deep\`` $(echo $(echo $(echo 3)))
t command-quotes; p "$(echo 'a)b' "c)d" e\)f)" $(echo ')' # comment )
); p $(case x in x) echo paren;; esac) "$(case y in (y) echo full;; esac)"
t command-heredoc; p "$(cat <<E
body $(echo in)
E
)"
t command-status; x=$(exit 4); p $?; x=$(true) y=$(exit 5); p $?; p $(exit 6) $?; : $(exit 7); p $?
t backquote; p `echo \$HOME '\$x' \\\\ "\"" ` "`echo \"q\" \\$`"
t arithmetic; p $((1+2*3)) $(( (1+2)*3 )) $((7/2)) $((-7/2)) $((7%3)) $((-7%3)) $((1<<4)) $((256>>4)) $((5&3)) $((5|3)) $((5^3)) $((~5)) $((!5)) $((!0)) $((-5)) $((+5)) $((- -5))
t arithmetic-compare; p $((1<2)) $((2<=2)) $((3>4)) $((3>=3)) $((1==1)) $((1!=1)) $((1&&0)) $((0||2)) $((1?5:6)) $((0?5:6)) $((1?0?1:2:3))
t arithmetic-base; p $((0x1F)) $((010)) $((0)) $((0xffffffffffffffff)) $((9223372036854775807)) $((9223372036854775807+1))
t arithmetic-variables; x=5; y=x; p $((x)) $(($x+1)) $((x*x)) $((nope)) $((x=7)) $x $((x+=3)) $x $((x-=1)) $((x*=2)) $((x/=3)) $((x%=4)) $((x<<=3)) $((x>>=1)) $((x|=3)) $((x&=6)) $((x^=1)) $x
t arithmetic-spaces; p $(( 1 + 2 )) "$((
3
+ 4 ))" $((1+$(echo 2))) $((${#x}+`echo 1`))
t arithmetic-precedence; p $((1+2<<1)) $((1|2==2)) $((1<2==1)) $((2*3%4)) $((1?2:3?4:5)) $((1||0&&0)) $((10-2-3))
t arithmetic-errors; (echo $((1/0)); echo no); echo $?; (echo $((1%0))); (x=abc; echo $((x))); (echo $((1+))); (echo $((08)))
t substitution-of-subshell; p $( (echo c) )
t tilde; HOME=/h; p ~ ~/x a~ "~" \~ ~"" x:~ ~nosuchuser ~root; v=~; p "$v"; v=~/a:~/b; p "$v"; v=x~; p "$v"; p ${u-~}; unset HOME; p ~
t fields; v='  a  b	c
d  '; p $v; p x$v; p $v"y"; p "$v"z$v; p $nope; p $nope$nope ""$nope; p a$nope
t fields-ifs; IFS=:; v=a:b::c:; p $v; p "$v"; v=:a; p $v; v=::; p $v; p x:y; IFS=' :'; v=' a : b :: c '; p $v; IFS=; v='a b'; p $v; unset IFS; p $v
t fields-star; set -- a 'b c' d; IFS=-; p "$*" $*; IFS=; p "$*" $*; unset IFS; p "$*"; IFS=:; p "${*}" ${@}; x=$*; p "$x"; IFS='
 '; p "$*"; unset IFS
t fields-substitution; IFS=,; p $(echo a,b) `echo c,d` "$(echo e,f)" $((1000000)); unset IFS
t fields-mixed; v='x y'; p a$v'q r'$v"$v"; p "$v"$v; p $v$v; p ''$v''; p $v''; w=' '; p a${w}b a"$w"b
t pattern-files; mkdir g; cd g; touch a1 a2 b1 .hid 'sp ace' x.c y.c; mkdir d; touch d/in1 d/in2; p *; p a* ?1 [ab]1 [!a]1 *.c .h* .[!.]*; p */* d/in[12] ./a* no*such 'a*' "a"* a\* */; p *' '*; v='*.c'; p $v "$v"; set -f; p *; set +f; cd ..; p g/a* ./g/[[:alpha:]]1; rm -r g
t pattern-case; m() { case $1 in a*) echo "a-star";; ?) echo one;; [0-9]*) echo digit;; '') echo empty;; "*") echo star;; x|y|zz) echo alt;; *) echo other;; esac; }; m abc; m q; m 5x; m ''; m '**'; m '*'; m zz; m xx
t case-quoted; v='a*'; case 'a*' in $v) echo match;; esac; case 'ab' in "$v") echo no;; $v) echo yes;; esac; case 'a\b' in a\\b) echo bs;; esac; case x in [x]) echo set;; esac; case ] in []]) echo close;; esac; case - in [a-]) echo dash;; esac; case b in [!a-c]) echo no;; [a-c]) echo range;; esac
t case-empty; case x in y) echo no;; esac; echo $?; case x in x) ;; esac; echo $?; case x in x) false;; esac; echo $?; case a in (a) echo paren;; (b) echo no;; esac; case in in in) echo in;; esac
t assignment; a=1 b=2; p $a $b; a=$b b=$a; p $a $b; x='a b' y=$x z="$x"; p "$y" "$z"; x=*; p "$x"; e= f=; p "$e$f"; x=a=b; p $x; 1x=y 2>/dev/null; echo $?
t assignment-command; x=1; x=2 sh -c 'echo $x'; p $x; f() { p $x; }; x=3 f; p $x; x=4 :; p $x; x=5 eval 'p $x'; p $x; x=6 true; p $x
t expansion-order; set -- 'a*'; p "$1" ; x='$HOME'; p $x "$x"; y='"q"'; p $y; z='`echo no`'; p $z; w='a\b'; p $w "$w"
t odd-words; p a{b,c} [ ] ! = -n {} '{' %s a=b ^ @ ,
t utf8; v='äöü'; p "$v" ä* "${v#ä}"
t long; i=0; s=; while [ $i -lt 1000 ]; do s="${s}0123456789"; i=$((i+1)); done; p ${#s}; p "${#s}" "$(echo $s | wc -c)"
