#!/bin/bash
# Builds an initramfs: busybox, the modules that are needed before a root is there, and an init script.
#
#   initramfs.sh KERNEL_DIRECTORY OUTPUT INIT_SCRIPT MODULE…
set -euo pipefail
kernel=$1 output=$2 init=$3
shift 3
PATH=$PATH:/sbin:/usr/sbin
version=$(ls "$kernel/lib/modules")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

mkdir -p "$dir"/{bin,dev,proc,sys,run,tmp,mnt,modules}
cp "$(command -v busybox)" "$dir/bin/busybox"
cp "$init" "$dir/init"
chmod 755 "$dir/init"
for m in "$@"; do
	modprobe -d "$kernel" -S "$version" --show-depends "$m" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' | while read -r ko; do
	cp "$ko" "$dir/modules/"
	basename "$ko" >>"$dir/modules/order"
done
(cd "$dir" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$output.tmp"
mv "$output.tmp" "$output"
