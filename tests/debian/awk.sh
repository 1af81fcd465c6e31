#!/bin/dash
# SPDX-License-Identifier: MIT
# mawk and gawk: what both do, then what only gawk does.
cd /tmp || exit 1
printf 'ann 30 oslo\nbob 25 rome\ncid 41 oslo\ndee 25 bern\n' >people

for awk in mawk gawk; do
	t() { echo "## $awk-$1"; }
	t fields; $awk '{ print $1, $NF, NF, NR }' people; $awk -F: '{ print $1 }' /etc/passwd; echo 'a,b;c' | $awk -F'[,;]' '{ print $3 $2 $1; $2 = "X"; print; NF = 2; print }'
	t patterns; $awk '$2 > 26 && /oslo/' people; $awk '/bob/,/cid/ { print NR }' people; $awk 'NR == 2, NR == 3 { print $1 } END { print "end", NR }' people; $awk '!seen[$3]++' people
	t arrays; $awk '{ n[$3]++; sum[$3] += $2 } END { for (k in n) print k, n[k], sum[k] }' people | sort; $awk 'BEGIN { a[1,2] = 3; for (k in a) { split(k, p, SUBSEP); print p[1], p[2] } delete a; print length(a); if (!((1,2) in a)) print "none" }'
	t numbers; $awk 'BEGIN { print 2 ^ 10, 7 % 3, -7 % 3, 1e3, 0.1 + 0.2, 1 / 3, 100000 * 100000, int(-3.7), "3x" + 1, 1e300 * 1e10; printf "%.3f %d %e %g %i\n", 3.14159, 42.9, 12345.678, 0.0001, 7 }'
	t maths; $awk 'BEGIN { printf "%.6f %.6f %.6f %.6f %.6f %.6f\n", sin(1), cos(1), atan2(1, 2), exp(1), log(10), sqrt(2) }'
	t strings; $awk 'BEGIN { s = "hello world"; print length(s), substr(s, 7), substr(s, -1, 4), index(s, "wor"), toupper(s); n = split("a:b:c", p, ":"); print n, p[3]; gsub(/o/, "[&]", s); print s; sub(/l+/, "L", s); print s; if (match("foobar", /o+/)) print RSTART, RLENGTH; print "a" "b" 1 + 1; print ("10" < "9"), (10 < 9) }'
	t printf; $awk 'BEGIN { printf "%5s|%-5s|%05d|%x|%o|%c|%c|%%|%.2s|%*d\n", "ab", "cd", 42, 255, 8, 65, "hello", "xyz", 6, 7 }'
	t control; $awk 'BEGIN { for (i = 0; i < 5; i++) { if (i == 1) continue; if (i == 4) break; printf "%d ", i } while (i-- > 0) printf "%d ", i; do i++; while (i < 3); print i; print (i > 2) ? "big" : "small" }'
	t functions; $awk 'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } function add(a, k) { a[k] = k } BEGIN { print f(12); add(z, "q"); for (k in z) print k }'
	t recursion; $awk 'function d(n) { return n ? 1 + d(n - 1) : 0 } BEGIN { print d(900) }'
	t getline; $awk 'BEGIN { while ((getline line < "people") > 0) n++; print n; close("people"); getline < "people"; print $1; "echo from a command" | getline x; print x; print (getline y < "/no/such") }'; $awk 'NR == 1 { getline; print; getline v; print v, NR }' people
	t output; $awk '{ print $1 > ($3 ".out") } END { close("oslo.out"); while ((getline l < "oslo.out") > 0) print l; print "more" >> "rome.out" }' people; cat rome.out; $awk 'BEGIN { print "to stderr" > "/dev/stderr"; print "to stdout" > "/dev/stdout" }'
	t pipes; $awk '{ print $2 | "sort -n" } END { close("sort -n"); print "after" }' people; $awk 'BEGIN { print "x y" | "cat 1>&2"; close("cat 1>&2"); system("echo system; exit 3"); r = system("exit 4"); print r }'; $awk 'BEGIN { "exit 5" | getline; r = close("exit 5"); print (r > 0) }'
	t environment; V=val $awk 'BEGIN { print ENVIRON["V"], ARGC, ARGV[1] }' arg; $awk -v x=1 -v 's=a\tb' 'BEGIN { print x, s }'; $awk '{ print FILENAME, FNR, v }' v=1 people v=2 /etc/passwd | head -n 5
	t separators; printf 'a b\nc\n\nd\ne f\n\n\n' | $awk 'BEGIN { RS = ""; FS = "\n"; OFS = "-"; ORS = "|\n" } { $1 = $1; print }'; printf 'x;y;z' | $awk 'BEGIN { RS = ";" } { print NR, $0 }'; printf '1\t2  3\n' | $awk -F'\t' '{ print $2 }'
	t regex; printf 'foo123\nbar\nBaz9\n' | $awk '/^[a-z]+[0-9]*$/ { print } $0 ~ "[0-9]$" { print "digit", $0 } $0 !~ /a/ { print "no a" }'; echo 'a.b*c' | $awk '{ gsub(/[.*]/, "\\\\&"); print }'; echo aaa | $awk '{ print gsub(/a/, "b"), $0 }'
	t range-large; seq 30000 | $awk '{ s += $1; if ($1 % 3 == 0) c++ } END { print s, c }'; seq 20000 | $awk '{ a[NR] = $0 } END { for (i = NR; i > NR - 3; i--) print a[i] }'; $awk 'BEGIN { for (i = 0; i < 20000; i++) s = s "x"; print length(s) }'
	t lines-long; head -c 300000 /dev/zero | tr '\0' y | $awk '{ print length($0), NF }'; seq 20000 | tr '\n' ' ' | $awk '{ print NF, $19999 }'
	t sigpipe; $awk 'BEGIN { while (1) print "y" }' 2>/dev/null | head -n 2; $awk 'BEGIN { print "a reader" | "cat"; exit 7 }'; echo $?
	t script; printf '#!/usr/bin/%s -f\n{ print "line", $0 }\nEND { exit 3 }\n' $awk >s.awk; chmod +x s.awk; echo in | ./s.awk; echo $?; $awk -f s.awk people | head -n 1
	t exit; $awk 'BEGIN { exit 2 } END { print "end runs" }'; echo $?; $awk 'BEGIN { exit } END { exit 4 }'; echo $?; $awk '{ exit NR + 5 }' people; echo $?
	t errors; $awk '{ print' people 2>/dev/null; echo $?; $awk '{ print }' /no/such 2>/dev/null; echo $?; $awk 'BEGIN { print > "/no/such/file" }' 2>/dev/null; echo $?; $awk 2>/dev/null; echo $?
	t random; $awk 'BEGIN { srand(1); a = rand(); srand(1); b = rand(); print (a == b), (a >= 0 && a < 1); print srand(5), srand() }'
	t word-count; for i in 1 2 3 4 5 6 7 8; do cat "$0"; done | $awk '{ for (i = 1; i <= NF; i++) w[$i]++ } END { for (k in w) print w[k], k }' | sort -k1,1rn -k2 | head -n 5
	t sieve; $awk 'BEGIN { for (i = 2; i <= 5000; i++) if (!c[i]) { n++; for (j = i * i; j <= 5000; j += i) c[j] = 1 } print n }'
done

t() { echo "## gawk-only-$1"; }
t sorted; gawk 'BEGIN { a["x"] = 3; a["y"] = 1; a["z"] = 2; PROCINFO["sorted_in"] = "@val_num_asc"; for (k in a) print k; n = asort(a); print n, a[1]; n = asorti(ENVIRON, e); print (n > 0) }'
t regex; echo 'date 2026-07-14' | gawk '{ if (match($0, /([0-9]+)-([0-9]+)/, m)) print m[1], m[2]; print gensub(/(.)(.)/, "\\2\\1", "g") }'; echo 'aBc' | gawk 'BEGIN { IGNORECASE = 1 } /abc/'; echo 'the cat' | gawk '/\<cat\>/ { print "word" }'
t fields; echo 'abcdefgh' | gawk 'BEGIN { FIELDWIDTHS = "2 3 *" } { print $1, $2, $3 }'; echo 'a,"b,c",d' | gawk 'BEGIN { FPAT = "([^,]+)|(\"[^\"]+\")" } { print $2, NF }'; printf 'a1b22c' | gawk 'BEGIN { RS = "[0-9]+" } { print $0, RT }'
t time; gawk 'BEGIN { print strftime("%F %T", 86400 * 365, 1), mktime("1970 01 02 00 00 00", 1); print (systime() > 1000000000) }'
t bits; gawk 'BEGIN { print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 10), rshift(1024, 3), strtonum("0x1f"), (compl(0) > 0) }'; gawk -M 'BEGIN { print 2 ^ 100, 3 ** 50 }'
t coprocess; gawk 'BEGIN { c = "sort -rn"; for (i = 1; i <= 4; i++) print i |& c; close(c, "to"); while ((c |& getline l) > 0) printf "%s ", l; print close(c) }'; gawk 'BEGIN { c = "cat"; for (i = 0; i < 200; i++) { print i |& c; fflush(c); c |& getline x; s += x; if (i == 0) break } print s }'
t files; gawk 'BEGINFILE { if (ERRNO) { print "cannot:", FILENAME, ERRNO; nextfile } } FNR == 2 { nextfile } ENDFILE { print FILENAME, FNR }' people /no/such /etc/passwd; gawk -i inplace '{ print toupper($0) }' people; head -n 1 people
t switch; gawk 'BEGIN { for (i = 0; i < 4; i++) switch (i) { case 1: print "one"; break; case /3/: print "three"; break; default: print "other" } }'
t indirect; gawk 'function f(x) { return x * 2 } BEGIN { g = "f"; print @g(21); a[1][2] = 3; print isarray(a[1]), typeof(a), typeof(1) }'
t messages; gawk '{ print' people; echo $?; gawk '{ print }' /no/such; echo $?; gawk 'BEGIN { print 1 / 0 }'; echo $?; gawk 'BEGIN { getline x < "/tmp"; print ERRNO }'; gawk --nosuch 2>&1 | head -n 1
t processes; gawk 'BEGIN { print PROCINFO["uid"], (PROCINFO["pid"] > 1), (PROCINFO["ppid"] >= 1); r = system("kill -TERM $$"); print r }'
