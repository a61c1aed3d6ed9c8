# Becomes systemd, process 1 of namespaces of its own, with the unit and nothing else to start.
# booted.sh CGROUP POSTERN UNIT FOLDER: what it mounts and makes is gone with the namespaces.
set -e
cgroup=$1 postern=$2 unit=$3 folder=$4
mkdir -p "$cgroup"
echo $$ > "$cgroup/cgroup.procs"
exec unshare --pid --mount --fork --kill-child --cgroup --uts --ipc --net --mount-proc bash -e -c '
    postern=$1 unit=$2 folder=$3
    ip link set lo up
    mount --make-rprivate /
    for hierarchy in /sys/fs/cgroup/*; do
        test "$hierarchy" = /sys/fs/cgroup/systemd || umount "$hierarchy" 2>/dev/null || true
    done
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /var/lib
    mount -t tmpfs tmpfs /mnt
    for file in passwd group; do cp "/etc/$file" "/mnt/$file"; done
    echo "postern:x:60977:60977::/var/lib/postern:/usr/sbin/nologin" >> /mnt/passwd
    echo "postern:x:60977:" >> /mnt/group
    for file in passwd group; do mount --bind "/mnt/$file" "/etc/$file"; done
    mkdir /mnt/upper /mnt/work
    mount -t overlay overlay -o lowerdir=/usr/bin,upperdir=/mnt/upper,workdir=/mnt/work /usr/bin
    cp "$postern" /usr/bin/postern
    postern init /var/lib/postern --name postern.test
    chown -R 60977:60977 /var/lib/postern
    cp "$unit" "$folder/postern.service"
    for target in sysinit basic shutdown network; do
        printf "[Unit]\nDefaultDependencies=no\n" > "$folder/$target.target"
    done
    printf "[Unit]\nDefaultDependencies=no\nWants=postern.service\n" > "$folder/default.target"
    SYSTEMD_UNIT_PATH=$folder container=other exec /lib/systemd/systemd --system --log-target=null
' booted "$postern" "$unit" "$folder"
