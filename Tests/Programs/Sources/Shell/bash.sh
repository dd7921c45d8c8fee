# Builtins of bash alone.
declare -a list=(delta alpha charlie bravo); declare -A map=([one]=1 [two]=2)
echo "${list[@]:1:2} ${#list[@]} ${map[two]} ${!list[@]}"
list+=(echo); unset 'list[0]'; echo "${list[*]}"
printf -v padded '%08.3f' 3.14159; echo "$padded"
[[ "release-12.5" =~ ^([a-z]+)-([0-9]+)\.([0-9]+)$ ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]} ${BASH_REMATCH[3]}"
s="the quick brown fox"; echo "${s^^} ${s/quick/slow} ${s//o/0} ${s: -3} ${s@Q}"
for ((i = 0, j = 10; i < j; i += 3, j--)); do echo "$i $j"; done
echo {a..e}{1..3} {01..10..3}
mapfile -t lines <<< $'first\nsecond\nthird'; echo "${#lines[@]} ${lines[2]}"
read -r -a words <<< "split these words"; echo "${words[1]}"
while read -r l; do echo "here: $l"; done <<END
text with $((6 * 7))
and ${list[1]}
END
sieve() { local -a composite; local n m; for ((n = 2; n < 500; n++)); do [[ ${composite[n]} ]] && continue; primes+=("$n"); for ((m = n * n; m < 500; m += n)); do composite[m]=1; done; done; }
sieve; echo "${#primes[@]} ${primes[-1]}"
declare -i whole=5*7; declare -l lower=ABC; echo "$whole $lower"
shopt -s nullglob extglob
make() { : > "$1"; }; for f in b.txt a.txt c.log; do make $f; done; echo *.txt !(*.txt|*.sh) *.none
echo $((16#ff)) $((2**40)) $((7 / 2)) $((-7 % 3)) $((1 ? 2 : 3)) $((x = 5, x++ + ++x))
TIMEFORMAT=; time :
let "y = 3 * 4" "y > 10"; echo "let $? $y"
printf '%s\n' "${BASH_VERSINFO[0]}" "${FUNCNAME[0]:-main}" "$SHLVL" "$BASH_SUBSHELL"
nameref() { declare -n target=$1; target=changed; }; nameref s; echo "$s"
printf '%(%Y-%m-%d)T\n' 86400; printf '%q %b\n' 'a b$c' 'tab\there'
set -o noclobber; echo x > b.txt; echo "clobber $?"; set +o noclobber
trap 'echo "error at $LINENO"' ERR; false; trap - ERR
wait; jobs; hash -r; ulimit -S -c; times > /dev/null; history -c
kill -l 15; pushd / > /dev/null; popd > /dev/null; help true > /dev/null && echo "helped"
exit 33
