#!/bin/sh
# A checkout below /tmp or /run is there in the lab's VM, although both are mounted anew: as its init does it, here in a
# mount namespace of its own.
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
busybox=$(command -v busybox) || { echo "no busybox"; exit 77; }
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
sed -n '/^keep() {/,/^}/p; /^uncover() {/,/^}/p' tests/lab/host/init-l1 >"$tmp/functions"
cat >"$tmp/init" <<-'EOF2'
	mount -t tmpfs tmpfs /mnt
	mkdir -p /mnt/root/tmp/check/out /mnt/root/tmp/check/out/build/kernel /mnt/root/run/kernel /mnt/root/home/tree
	echo tree >/mnt/root$1/which
	echo kernel >/mnt/root$2/which
	printf "LAB_TREE='%s'\nLAB_KERNEL='%s'\nLAB_MODE='run'\n" "$1" "$2" >/mnt/parameters
	mount --bind /mnt/root /mnt/root
	keep /mnt/parameters
	mount -t tmpfs tmpfs /mnt/root/run
	mount -t tmpfs tmpfs /mnt/root/tmp
	uncover
	echo "$(cat /mnt/root$1/which) $(cat /mnt/root$2/which)"
EOF2
failed=0
for where in "/tmp/check/out /tmp/check/out/build/kernel" "/home/tree /run/kernel" "/tmp/check/out /run/kernel" "/home/tree /home"; do
	# shellcheck disable=SC2086 # two paths
	got=$(unshare -m "$busybox" sh -c ". $tmp/functions; . $tmp/init" init $where)
	[ "$got" = "tree kernel" ] || { failed=1; echo "tree and kernel in $where: found '$got'"; }
done
[ $failed = 0 ] && echo "checkout and kernel are there wherever they are"
exit $failed
