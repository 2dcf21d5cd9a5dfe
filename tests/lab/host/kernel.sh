#!/bin/bash
# Fetches and unpacks Debian's kernel package; nothing is installed. Prints its directory, which then holds
# vmlinuz and lib/modules/VERSION. apt checks the package against Debian's signed index.
#
#   kernel.sh CACHE_DIRECTORY KERNEL     KERNEL: 6.1, 6.12, … or the name of a linux-image package
set -euo pipefail
cache=$1 kernel=$2

package_of() {
	case $1 in
	linux-image-*) echo "$1" ;;
	6.1) echo linux-image-amd64 ;;
	*) echo "linux-image-$1-amd64" ;;
	esac
}

# linux-image-amd64 and its like only depend on the package that holds the kernel: field Depends, first name.
resolve() {
	local depends
	depends=$(apt-cache show --no-all-versions "$1" 2>/dev/null | sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p')
	echo "${depends:-$1}"
}

package=$(resolve "$(package_of "$kernel")")
version=$(apt-cache show --no-all-versions "$package" 2>/dev/null | sed -n 's/^Version: //p')
if [ -z "$version" ]; then
	# No index (offline, or the suite is gone): whatever was fetched before will do.
	dir=$(ls -d "$cache"/linux-image-"$kernel"*/ 2>/dev/null | tail -n 1)
	[ -n "$dir" ] || { echo "apt knows no package for kernel '$kernel', and none is in $cache. Run apt-get update, or choose another KERNEL." >&2; exit 1; }
else
	dir=$cache/${package}_${version//:/%3a}
fi
dir=${dir%/}

if [ ! -e "$dir/complete.2" ]; then
	mkdir -p "$dir"
	rm -rf "${dir:?}"/*
	(cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$package=$version" >apt.log 2>&1) || {
		echo "cannot download $package $version:" >&2
		cat "$dir/apt.log" >&2
		exit 1
	}
	dpkg -x "$dir"/*.deb "$dir/root"
	mv "$dir"/root/boot/vmlinuz-* "$dir/vmlinuz"
	mv "$dir"/root/boot/System.map-* "$dir/System.map"
	mkdir "$dir/lib"
	mv "$dir/root/lib/modules" "$dir/lib/modules" 2>/dev/null || mv "$dir/root/usr/lib/modules" "$dir/lib/modules"
	rm -rf "$dir/root"
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$dir" "$(ls "$dir/lib/modules")"
	(cd "$dir" && sha256sum ./*.deb | sed 's, \./,,' >sha256)
	rm "$dir"/*.deb
	touch "$dir/complete.2"
fi
echo "kernel: $(basename "$dir"), package sha256 $(cut -d' ' -f1 "$dir/sha256")" >&2
echo "$dir"
