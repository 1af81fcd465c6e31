#!/bin/dash
# SPDX-License-Identifier: MIT
# findutils: trees searched by name, kind, time, owner and permission, and what is done with the names.
t() { echo "## $1"; }
cd /tmp || exit 1
mkdir -p tree/sub/deep tree/empty
cd tree || exit 1
echo one >a.txt; echo two >B.TXT; echo three >sub/c.txt; head -c 5000 /dev/zero >sub/big; : >sub/deep/none; echo x >'with space'; echo y >.hidden
ln -s a.txt link; ln -s nowhere broken; ln a.txt hard; ln -s sub dirlink; mkfifo fifo
chmod 755 sub/c.txt; chmod 600 B.TXT; chmod 4755 sub/big; chmod 1777 empty
touch -d '2020-01-01 00:00:00 UTC' a.txt; touch -d '2021-06-01 UTC' sub/c.txt; touch -h -d '2019-01-01 UTC' link; touch -d '2020-06-01 UTC' B.TXT
chown 65534:65534 sub/deep/none; chown nobody 'with space'
s() { sort "$@"; }

t all; find | s; find . -print0 | tr '\0' '\n' | s | md5sum; find sub | s
t names; find . -name '*.txt' | s; find . -iname '*.txt' | s; find . -name '.*' | s; find . -path './sub/*' | s; find . -regex '.*/[a-c]\.txt' | s; find . -lname 'a*'; find . -not -name '*.*' | s
t kinds; for k in f d l p; do echo $k; find . -type $k | s; done; find . -xtype l | s; find . -type f,d -empty | s; find /dev/null /dev/zero -type c; find . -type x; echo $?
t depth; find . -maxdepth 1 -type d | s; find . -mindepth 2 | s; find . -depth -name 'sub*' -o -depth -path '*deep*'; find . -maxdepth 0
t permissions; find . -perm 600; find . -perm -4000; find . -perm /111 -type f | s; find . -perm -u+w,o+w -type d; find . -perm -g=x ! -type l | s; find . -perm /u+s; find . -readable -writable -name a.txt; find . -perm 9; echo $?
t owners; find . -user nobody | s; find . -user 65534 -group nogroup; find . -nouser; find . -uid 0 -type f | s; find . -user nosuch; echo $?; find . -gid +100
t sizes; find . -size +4k; find . -type f -size 0; find . -size -2c -type f; find . -size 10b; find . -size 5000c; find . -type f -size -1k; find . -size 1x; echo $?
t times; find . -newer B.TXT -type f | s; find . -newermt 2020-03-01 ! -newermt 2021-01-01; find . -mtime +1000 | s; find . -mmin -60 -name big; find . -daystart -mtime 0 -name none; find . -anewer nosuch; echo $?
t links; find . -links 2 -type f | s; find . -samefile a.txt | s; find . -inum "$(stat -c %i a.txt)" | s; find -L . -name c.txt | s; find -H dirlink -name c.txt; find dirlink; find -L . -type l | s; find -P link -type l
t loop; ln -s .. sub/up; find -L . -name c.txt 2>err | s; sed 's/‘//g' err | s; rm sub/up
t operators; find . \( -name a.txt -o -name B.TXT \) -print | s; find . ! -type d ! -type l -name '*t*' | s; find . -name a.txt , -name link; find . -type d -name sub -prune -o -type f -print | s; find . -true -false -o -name fifo
t printf; find . -name a.txt -printf '%p %f %h %P %s %m %M %y %l %n %u %g %d %T@ %TY-%Tm-%Td\n'; find . -name link -printf '%l %y %Y\n'; find . -name broken -printf '%Y\n'; find sub -printf '%d%y%f\n' | s; find . -name big -printf '%k %b\n'
t ls; find . -name B.TXT -ls | sed 's/^ *[0-9]* *//'; find . -name fifo -ls | sed 's/^ *[0-9]* *//; s/ [A-Z][a-z][a-z] .*/ DATE/'
t exec; find . -name '*.txt' -exec cat {} \; | s; find . -name '*.txt' -exec echo got {} + | wc -l; find . -name a.txt -exec false \; -print; find . -name a.txt -exec true \; -print; find . -type f -exec sh -c 'for f; do echo "${#f}"; done' sh {} + | s -n; find . -name a.txt -exec nosuch {} \;; echo $?; find . -name a.txt -exec sh -c 'exit 3' \; ; echo $?; find . -name a.txt -exec false {} +; echo $?
t execdir; find . -name c.txt -execdir pwd \;; find . -name c.txt -execdir echo {} \;; find . -name '*.txt' -execdir echo {} + | s; PATH=:$PATH find . -execdir true \; ; echo $?
t ok; echo y | find . -name a.txt -ok echo did {} \; 2>/dev/null; echo n | find . -name a.txt -ok echo did {} \; 2>/dev/null
t delete; mkdir -p ../del/x/y; touch ../del/1 ../del/x/2; find ../del -type f -delete; find ../del | s; find ../del -delete; find ../del; echo $?; mkdir ../ne; touch ../ne/f; find ../ne -type d -delete; echo $?; ls ../ne
t quit; seq 100 | (cd ../ne && xargs touch); find ../ne -name '*1*' -quit | wc -l; find ../ne -type f -print -quit | wc -l; find ../ne -type f | wc -l
t files; find a.txt sub/c.txt nosuch; echo $?; printf 'sub\0a.txt\0' | find -files0-from - -maxdepth 0; find . -name a.txt -fprint ../fp -fprintf ../fp2 '%s\n'; cat ../fp ../fp2; find . -fprint /no/such; echo $?
t fstype; find . -maxdepth 0 -fstype tmpfs; find /proc -maxdepth 0 -fstype proc; find / -xdev -maxdepth 1 -name proc; find / -mount -maxdepth 2 -path '/proc/*' | wc -l
t proc; find /proc/self/ -maxdepth 1 -name 'stat*' | s; find /proc/self/fd -lname 'pipe:*' | wc -l; find /proc/$$/task -mindepth 1 -maxdepth 1 | wc -l; find /proc/self/fd/ -type l | wc -l
t errors; find . -nosuch; echo $?; find . -name; echo $?; find . \( -name x; echo $?; find nosuch; echo $?; find . -maxdepth x; echo $?; find . -exec; echo $?; find . -type f -a; echo $?
t denied; mkdir ../priv; touch ../priv/f; chmod 700 ../priv; chmod 755 ..; setpriv --reuid 65534 --clear-groups find ../priv; echo $?; setpriv --reuid 65534 --clear-groups find . -writable -type f | s; setpriv --reuid 65534 --clear-groups find . -name B.TXT -readable; chmod 1777 ..
t deep; d=../dd; mkdir $d; (cd $d; i=0; while [ $i -lt 40 ]; do mkdir abcdefghijklmnopqrstuvwxyz; cd abcdefghijklmnopqrstuvwxyz; i=$((i + 1)); done; echo bottom >bottom); find $d | wc -l; find $d -name bottom -printf '%d\n'; find $d -name bottom -execdir cat {} \;; find $d -delete; ls $d 2>&1 | wc -l
t many; mkdir ../many; (cd ../many; seq 1000 | xargs touch); find ../many -type f | wc -l; find ../many -name '*99' | s | md5sum; find ../many -type f -print0 | xargs -0 -n 200 echo | wc -l; find ../many -type f -newer a.txt -delete; find ../many | wc -l
t xargs; printf 'a b\nc\n' | xargs echo; seq 7 | xargs -n 3; printf 'x y\nz\n' | xargs -I{} echo '<{}>'; printf 'a\0b c\0' | xargs -0 -n 1 echo; printf "'q u' \"d q\" e\\\\ f\n" | xargs -n 1; seq 5 | xargs -L 2; printf 'a,b' | xargs -d, -n1; seq 3 | xargs -s 16 echo; echo a | xargs -t echo b
t xargs-status; echo 1 | xargs false; echo $?; echo 1 | xargs sh -c 'exit 255'; echo $?; echo 1 | xargs nosuch; echo $?; echo 1 | xargs sh -c 'kill -KILL $$'; echo $?; echo 1 | xargs ./a.txt; echo $?; xargs -r false </dev/null; echo $?; xargs -x </dev/null; echo $?; echo "it's" | xargs; echo $?
t xargs-parallel; seq 12 | xargs -P 4 -n 1 sh -c 'sleep 0.0$(($0 % 5)); echo $0' | s -n | md5sum; seq 4 | xargs -P 0 -n 1 sh -c 'exit $(($0 % 2))'; echo $?; seq 3 | xargs -n 1 -P 3 --process-slot-var=SLOT sh -c 'echo $SLOT; sleep 0.3' | s
t xargs-large; seq 40000 | xargs echo | wc -l | { read -r n; [ "$n" -gt 1 ] && echo several; }; seq 20000 | xargs -n 2000 echo | md5sum; seq 30000 | xargs printf '%s\n' | tail -n 1; xargs --show-limits </dev/null 2>&1 | grep -c .
t xargs-open; printf 'a.txt\n' | xargs -o cat 2>&1; printf 'list\n' >../lst; xargs -a ../lst echo; echo in | xargs -a ../lst sh -c 'cat; echo "$0"'
