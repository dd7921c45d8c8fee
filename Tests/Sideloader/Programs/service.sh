# In a mount namespace of its own: systemd as the manager of a user's services, which starts azalea@web and stops it.
# $1: a directory with the manager's configuration in .config
set -e
if [ -z "$2" ]; then
    # What is root's manager here takes its control group for the root of all, and moves into a group of its own whoever else is in it:
    # it gets a namespace in which that is a group of this test. Only the second version's hierarchy is there, whatever the host has.
    own=$(sed -n 's/^0:://p' /proc/self/cgroup)
    mkdir "$1/groups"
    mount -t cgroup2 none "$1/groups"
    group="$1/groups/azalea-test-$$"
    mkdir "$group"
    echo $$ >"$group/cgroup.procs"
    status=0
    unshare --mount --cgroup sh "$0" "$1" inside || status=$?
    echo $$ >"$1/groups$own/cgroup.procs"
    # The manager's processes may end a moment after it.
    for i in $(seq 100); do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.1; done
    umount "$1/groups"
    exit $status
fi

mount -t tmpfs none /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
export HOME="$1" XDG_CONFIG_HOME="$1/.config" XDG_RUNTIME_DIR=/run/user/0 DBUS_SESSION_BUS_ADDRESS=
/lib/systemd/systemd --user >"$1/manager.log" 2>&1 &
manager=$!
trap 'kill $manager; wait' EXIT
for i in $(seq 200); do [ -S /run/user/0/systemd/private ] && break; sleep 0.1; done

show() { systemctl --user --no-pager show azalea@web -p ActiveState -p Result -p NRestarts | sort | tr '\n' ' '; echo; }
log() { for file in /run/user/0/azalea-web/azalea/*/output.log; do cat "$file"; done 2>/dev/null; }

systemctl --user start azalea@web
show
for i in $(seq 300); do [ -n "$(find "$1" -name ready -size +0)" ] && break; sleep 0.1; done
systemctl --user --no-pager show azalea@web -p ControlGroup --value >"$1/group"
cat "$1/root/ready"
systemctl --user stop azalea@web
show
# Whatever was in its control group is gone, and with it the group.
find /sys/fs/cgroup -path "*$(cat "$1/group")" -name 'azalea@web.service' | wc -l
ls /run/user/0 | grep -c azalea || true
