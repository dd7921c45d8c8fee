# What bash and zsh have in common, without a second process: no pipe, no subshell, no command substitution.
echo "arguments $# $1 [$2]"
set -- a b c d
shift 2
echo "$@" $#
x=5
while [ $x -gt 0 ]; do x=$((x - 1)); [ $x -eq 3 ] && continue; [ $x -eq 1 ] && break; echo "turn $x"; done
for w in pear fig apple; do case $w in a*) echo "A: $w" ;; *g) echo "G: $w" ;; *) echo "other: $w" ;; esac; done
square() { local n=$1; result=$((n * n)); return $((n % 7)); }
square 12; echo "square $result status $?"
fact() { if [ "$1" -le 1 ]; then r=1; else fact $(($1 - 1)); r=$((r * $1)); fi; }
fact 15; echo "factorial $r"
printf '%05d|%-6s|%x|%o|%e\n' 42 left 255 8 12345.678
text=/usr/local/lib/file.tar.gz
echo "${text##*/} ${text%/*} ${text%%.*} ${text#*/} ${#text} ${none:-default} ${x:+set}"
echo one > file; echo two >> file; printf 'three\nfour\n' >> file
n=0; while read -r line; do n=$((n + 1)); echo "$n: $line"; done < file
exec 3> other; echo "to three" >&3; exec 3>&-; read -r line < other; echo "$line"
exec 4< file; read -r a <&4; read -r b <&4; echo "$a $b"; exec 4<&-
show() { while IFS= read -r l || [ -n "$l" ]; do printf '%s\n' "$l"; done < "$1"; }
show file
[ -f file ] && [ ! -e missing ] && [ -d . ] && [ file -ef ./file ] && echo "tests"
IFS=:; fields=root:x:0; case $fields in root:*) echo "fields" ;; esac; unset IFS
trap 'echo "caught USR1"' USR1; kill -USR1 $$; echo "after"
trap 'echo "leaving"' EXIT
cd /; pwd; cd - > /dev/null
umask 027; umask
: > made; [ -s made ] || echo "empty"
i=0; sum=0; while [ $i -lt 20000 ]; do i=$((i + 1)); sum=$((sum + i)); done; echo "sum $sum"
eval 'echo "evaluated $sum"'
echo 'echo "sourced $sum"' > script; . ./script
command -v echo
read -r nothing || echo "end of input"
exit 9
