# Builtins of zsh alone.
setopt extended_glob null_glob
typeset -a list=(delta alpha charlie bravo); typeset -A map=(one 1 two 2)
print -r -- ${(o)list} ${(O)list} ${#list} $map[two] ${(k)map[(r)2]} ${list[2,3]}
print ${(U)list[1]} ${(C)list[2]} ${(j:-:)list} ${(s:l:)list[1]} ${(q):-a b} ${(l:6::.:)list[2]}
[[ release-12.5 == (#b)([a-z]##)-([0-9]##).* ]] && print $match[1] $match[2]
for f in b.txt a.txt c.log; do : > $f; done; print *.txt ^*.txt(.N) *.none *.(txt|log)(L0)
for i in {1..5}; do (( i % 2 )) && print -n "$i "; done; print
print $(( 2.5 * 4 )) $(( 16#ff )) $(( 7 / 2 )) $(( 7 / 2. )) $(( x = 5, x++ + ++x )) $(( [#16] 255 ))
float pi; (( pi = 3.14159 )); printf '%.2f\n' $pi
s="the quick brown fox"; print ${s/quick/slow} ${s//o/0} ${s[(w)2]} ${s[(i)q]} ${(w)#s}
while read -r l; do print "here: $l"; done <<< $'one\ntwo'
read -A words <<< "split these words"; print $words[2]
repeat 3 print -n "again "; print
function twice() { local n=$1; reply=$(( n * 2 )); }; twice 21; print $reply
() { print "anonymous $1" } argument
{ print body; false } always { print "always" }
print -l ${(n)${=:-10 9 100 1}}; print ${${:-nested}:u} ${list:#*l*} ${(M)list:#*l*}
typeset -U unique=(a b a c b); print $unique; typeset -i 10 whole=5; (( whole += 7 )); print $whole
sieve() { local -a composite primes; local n m; for (( n = 2; n < 500; n++ )); do (( ${composite[n]:-0} )) && continue; primes+=($n); for (( m = n * n; m < 500; m += n )); do composite[m]=1; done; done; print $#primes $primes[-1]; }; sieve
TRAPUSR2() { print "caught USR2"; }; kill -USR2 $$
whence -w print; print ${(t)map}
case $s in (the*) print "case" ;| (*fox) print "and" ;; esac
emulate sh -c 'echo "emulated"'; print $ZSH_NAME $+commands[none] $#argv
exit 34
