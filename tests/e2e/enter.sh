#!/bin/bash
# enter.sh POSTROOM WIRING: from inside fresh namespaces into the root.
#
# Over the kept root lies a layer in memory, so that every run starts from the same files and
# all it writes is gone with the namespace. Only the logs outlive it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
e2e=$top/target/e2e
mkdir -p "$e2e/mnt" "$e2e/log/$2"

mount -t tmpfs -o mode=755 tmpfs "$e2e/mnt"
mkdir "$e2e"/mnt/{upper,work,root}
lower=$e2e/root
[ ! -d "$e2e/layer/$2" ] || lower=$e2e/layer/$2:$lower # an MTA of its own, see root.sh
mount -t overlay -o "lowerdir=$lower,upperdir=$e2e/mnt/upper,workdir=$e2e/mnt/work" overlay "$e2e/mnt/root"
cd "$e2e/mnt/root"
mount -t proc proc proc

mkdir -p e2e var/log/e2e
cp -R "$here/inside" "$top/examples" e2e/
install -m 755 "$1" usr/local/bin/postroom
mount --bind "$e2e/log/$2" var/log/e2e

exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
  SEED="$SEED" chroot . /e2e/inside/main.sh "$2"
