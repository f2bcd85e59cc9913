#!/bin/bash
# make fresh, as root: both commands of README, as they are written there, in a
# minimal Debian 12 made by debootstrap, by an ordinary user who may use sudo.
# Fails if one of them does, if a test is skipped for anything but a peer that
# is not installed, or if the second one takes more than FRESH_SECONDS, 240,
# with its apt-get; on a machine slower than two cores of today give it more.
#
# FRESH is a folder for the system, which is made if it is empty and kept;
# without it, it is one that is removed in the end.  FRESH_LOG is the beginning
# of the names of files for what the commands say.
set -u
cd "$(dirname "$0")/.." || exit 1
LIMIT=${FRESH_SECONDS:-240}
PEERS='skipped: (keepalived|/usr/lib/frr/[a-z]*)'

die() {
	echo "fresh.sh: $*" >&2
	exit 1
}

# mirror: the one that this machine is configured for
mirror() {
	{
		sed -n 's/^URIs: *\([^ ]*\).*/\1/p' \
		    /etc/apt/sources.list.d/*.sources
		sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' \
		    /etc/apt/sources.list
	} 2>/dev/null | grep -m1 '/debian/*$'
}

# make_system: in $root; apt gets what it needs to use this machine's mirror
make_system() {
	local url
	url=$(mirror)
	[ -n "$url" ] || die "no mirror of Debian is configured"
	debootstrap --variant=minbase --include=sudo,ca-certificates bookworm \
	    "$root" "$url" >"$root.log" 2>&1 || {
		tail -n 5 "$root.log" >&2
		die "debootstrap failed"
	}
	cp /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/"
	rm -f "$root/etc/apt/apt.conf.d/"*docker*
	cp -r /usr/share/keyrings/. "$root/usr/share/keyrings/"
	cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
	rm -f "$root.log"
}

# prepare: a user, the sources, and no daemon starts when a package is installed
prepare() {
	cp /etc/resolv.conf /etc/hosts "$root/etc/" &&
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
	chmod +x "$root/usr/sbin/policy-rc.d" &&
	rm -rf "$root/home/user" &&
	mkdir -p "$root/home/user/vrrpd" &&
	git archive HEAD | tar -x -C "$root/home/user/vrrpd" || return
	cat >"$root/root/inside" <<-'EOF'
		id user >/dev/null 2>&1 || useradd -s /bin/bash user || exit
		echo 'user ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/user
		chown -R user /home/user
		apt-get update -qq || exit
		export DEBIAN_FRONTEND=noninteractive
		su user -c 'cd && cd vrrpd && eval "$0"' -- "$1"
		exit	# not exec: process 1 has to wait for orphans, as init does
	EOF
}

# inside COMMAND: as that user.  pivot_root and not chroot: a process that is
# in a chroot may not make a user namespace.
# shellcheck disable=SC2016	# it is another shell that expands them
inside() {
	unshare -mpf --kill-child bash -c '
	    mount --bind "$0" "$0" && cd "$0" && mount -t proc proc proc &&
	    mount --rbind /sys sys && mount --rbind /dev dev &&
	    mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp &&
	    mkdir -p old && pivot_root . old && umount -l /old &&
	    exec bash /root/inside "$1"' "$root" "$1"
}

# command_of TARGET: the line of README
command_of() {
	sed -n "s/^ *\\(sudo .*&& make $1\\)\$/\\1/p" README | head -n 1
}

# run TARGET: sets took; what it says is in $out
run() {
	local line begin
	line=$(command_of "$1")
	[ -n "$line" ] || die "README has no line for make $1"
	begin=$SECONDS
	inside "$line" >"$out" 2>&1 || {
		tail -n 100 "$out"
		die "make $1 failed after $((SECONDS - begin)) s"
	}
	took=$((SECONDS - begin))
	[ -z "${FRESH_LOG:-}" ] || cp "$out" "$FRESH_LOG.$1"
	echo "$line: $took s"
}

[ "$(id -u)" = 0 ] || die "this needs root"
work=$(mktemp -d) || exit 1
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' INT TERM
root=${FRESH:-$work/root}
out=$work/out
mkdir -p "$root"
[ -d "$root/etc" ] || make_system
prepare || die "no user, or no sources"
run demo
run check
grep '\.t .*skipped' "$out"
if grep '\.t .*skipped' "$out" | grep -vE "$PEERS is not installed"; then
	die "a test was skipped that needs no peer"
fi
[ "$took" -le "$LIMIT" ] || die "make check took $took s, more than $LIMIT"
