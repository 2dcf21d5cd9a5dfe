#!/bin/bash
# Prints the QEMU to run the lab's machine with. Debian 12's own (7.2) emulates virtualisation within the machine with
# flaws: guests stand still, or take the machine down (host/vm.sh). So the program, nothing else, is taken from that
# release's backports, fetched from the mirror that this machine uses anyway and unpacked; nothing is installed.
# apt checks it against Debian's signed index. Where it cannot be had, the installed one has to do.
#
#   qemu.sh CACHE_DIRECTORY
set -euo pipefail
cache=$1
name=qemu-system-x86_64

major() {
	"$1" --version | sed -n '1s/.*version \([0-9]*\).*/\1/p'
}

# apt with an index of its own: backports, which need not be among the sources of this machine.
backports() {
	apt-get -q -o APT::Sandbox::User=root -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir/cache" \
		-o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null "$@"
}

fetch() {
	local codename mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $codename" | head -n 1)
	[ -n "$mirror" ] || return 1
	rm -rf "$dir"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	echo "deb [signed-by=$keys] $mirror $codename-backports main" >"$dir/sources.list"
	backports update || return 1
	(cd "$dir" && backports download qemu-system-x86 && sha256sum -- *.deb >sha256 && dpkg -x -- *.deb root) || return 1
	major "$dir/root/usr/bin/$name" >/dev/null || return 1
	rm -rf "$dir"/*.deb "$dir/lists" "$dir/cache"
	touch "$dir/complete"
}

if [ "$(major $name)" -ge 8 ]; then
	echo $name
	exit
fi
mkdir -p "$cache"
dir=$(realpath "$cache")/qemu-backports
if [ ! -e "$dir/complete" ] && ! fetch >"$cache/qemu.log" 2>&1; then
	echo "qemu: no newer one can be had (see $cache/qemu.log); with the installed one the machine may stand still" >&2
	echo $name
	exit
fi
echo "qemu: $(sed 's/^[^ ]* *//' "$dir/sha256"), sha256 $(cut -d' ' -f1 "$dir/sha256")" >&2
echo "$dir/root/usr/bin/$name"
