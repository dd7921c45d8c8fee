# Makes and changes names of every kind in the working directory, then shows the tree; with the word "look" it only shows it.
umask 022
export LC_ALL=C
chmod 755 .

look() {
    find . | sort | while IFS= read -r name; do
        # How long a directory is and how many links it has is up to the file system.
        if [ -d "$name" ] && [ ! -L "$name" ]; then
            stat -c '%n %F %a %u %g' "$name"
        else
            stat -c '%n %F %s %a %u %g %h' "$name"
        fi
    done
    stat -c '%n %Y' old
    find . -type l | sort | while IFS= read -r name; do readlink "$name"; done
    find . -type f | sort | while IFS= read -r name; do md5sum "$name"; done
}

if [ "$1" = look ]; then
    look
    exit
fi

mkdir -p a/b/c a/e
printf 'one\n' > a/one
ln a/one a/b/two
ln -s ../one a/b/link
ln -s /nowhere/at/all a/gone
mkfifo a/pipe
chmod 640 a/one
chmod 1777 a/e
chown 1234:5678 a/pipe 2> /dev/null
mv a/b/c a/moved
mv a/moved a/e
printf 'more\n' >> a/b/link
printf 'first' > replaced
printf 'second, and longer' > new
mv new replaced
: > old
touch -d '2001-02-03 04:05:06' old
touch "a name with blanks, ümlaut and * "
mkdir many
i=0
while [ $i -lt 300 ]; do
    printf '%d' $i > many/file-with-a-name-of-some-length-$i
    i=$((i + 1))
done
rm many/*7
ls many | wc -l
ls many | md5sum
rmdir a 2> /dev/null && echo "a full directory is gone"
mkdir a 2> /dev/null && echo "a directory is there twice"
cat nothing 2> /dev/null && echo "nothing is there"
# Bytes behind the end of a file that became shorter must be gone when it grows again.
printf '0123456789' > short
truncate -s 4 short
truncate -s 9 short
hexdump -C short
# A file whose last name goes while it is open.
exec 3<> open
printf 'kept' >&3
rm open
printf ' still' >&3
cat /proc/self/fd/3 > /dev/null 2>&1 || true
exec 3>&-
look
