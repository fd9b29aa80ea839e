#!/usr/bin/env bash
# What an administrator installs: make install and uninstall, the Debian package, the unit for systemd, fstab.
. "$(dirname "$0")/lib.sh"

UNIT=$ROOT/packaging/profilefs@.service
MAKE_INSTALL=()

# What is under test is installed as it is, whatever it was built with (-o).
of_this_source()
{
	case $PROFILEFS in
	"$ROOT"/*) ;;
	*) skip "the program under test is not of this source" ;;
	esac
	local build=${PROFILEFS#"$ROOT"/}

	need make
	build=${build%/*}
	MAKE_INSTALL=(make -s -C "$ROOT" -o "$PROFILEFS" -o "${PROFILEFS#"$ROOT"/}" BUILD="$build"
		FUSE="$(without_fuse && echo no || echo yes)" DESTDIR="$T/root" PREFIX=/usr)
}

files_of()
{
	(cd "$1" && find . ! -type d | sort)
}

# --- make install -------------------------------------------------------------------------------------

it_installs_what_mount_man_shells_and_systemd_look_for()
{
	local page

	of_this_source
	"${MAKE_INSTALL[@]}" install
	assert_same "$PROFILEFS" root/usr/bin/profilefs
	assert_exists root/usr/share/man/man1/profilefs.1
	for page in "$ROOT"/docs/man/*.[1-8]; do
		[ ! -e "$page" ] || assert_same "$page" "root/usr/share/man/man${page##*.}/${page##*/}"
	done
	[ ! -e "$ROOT/completions/profilefs.bash" ] ||
		assert_exists root/usr/share/bash-completion/completions/profilefs
	[ ! -e "$ROOT/completions/_profilefs" ] || assert_exists root/usr/share/zsh/site-functions/_profilefs
	[ ! -e "$ROOT/completions/profilefs.fish" ] ||
		assert_exists root/usr/share/fish/vendor_completions.d/profilefs.fish
	assert_exists root/usr/share/doc/profilefs/README.md
	if without_fuse; then
		assert_missing root/sbin
		assert_missing root/usr/lib/systemd
		return
	fi
	for name in mount.profilefs umount.profilefs mount.fuse.profilefs umount.fuse.profilefs; do
		assert_equal /usr/bin/profilefs "$(readlink "root/sbin/$name")" "$name"
	done
	assert_line '^ExecStart=/usr/bin/profilefs mount ' root/usr/lib/systemd/user/profilefs@.service
	assert_no_line '@BINDIR@' root/usr/lib/systemd/user/profilefs@.service
}

it_leaves_nothing_of_an_install_when_uninstalled()
{
	of_this_source
	mkdir -p root/sbin root/usr/bin root/usr/share/doc root/usr/share/man/man1
	touch root/sbin/mount.other root/usr/bin/other root/usr/share/doc/other root/usr/share/man/man1/other.1
	files_of root >before
	"${MAKE_INSTALL[@]}" install
	[ "$(files_of root | wc -l)" -gt 10 ] || fail "expected: more than ten files are installed" "$(files_of root)"
	"${MAKE_INSTALL[@]}" uninstall
	files_of root >after
	assert_same before after
	assert_missing root/usr/share/doc/profilefs
}

# --- fstab --------------------------------------------------------------------------------------------

# with_fstab LINE COMMAND...: as root in a mount name space where /sbin has what is installed, and fstab has LINE only.
with_fstab()
{
	local others=(/usr/sbin/*)

	! without_fuse || skip "it mounts, and the program was built without FUSE"
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	unshare -m true 2>/dev/null || skip "no mount name space can be made here"
	of_this_source
	mkdir -p real sbin
	ln -s "${others[@]/#\/usr\/sbin/$T/real}" sbin/
	"${MAKE_INSTALL[@]}" DESTDIR= PREFIX="$T/usr" SBINDIR="$T/sbin" install
	echo "$1" >fstab
	shift
	# umount(8) keeps what it was told by mount(8) in /run/mount.
	run unshare -m --propagation private bash -ec 'mount --bind /usr/sbin "$1/real"
		mount --bind "$1/sbin" "$(realpath /sbin)"
		mount --bind "$1/fstab" /etc/fstab
		[ ! -d /run/mount ] || mount -t tmpfs tmpfs /run/mount
		shift
		"$@"' bash "$T" "$@"
}

# mounts_by_fstab TYPE HOW...: what is edited in what HOW mounted is saved when umount comes back.
mounts_by_fstab()
{
	local type=$1

	shift
	make_profile p.mobileconfig
	cp p.mobileconfig before
	mkdir mnt
	with_fstab "$T/p.mobileconfig $T/mnt $type defaults,noatime,nofail,x-profilefs 0 0" bash -ec 'key=$1
		shift
		"$@"
		mountpoint -q mnt
		echo 3128 >"mnt/$key"
		umount "$PWD/mnt"
		! mountpoint -q mnt
		cp p.mobileconfig after' bash "$WIFI/ProxyServerPort" "$@"
	assert_status 0
	assert_one_hunk before after
	assert_same after p.mobileconfig
}

it_is_mounted_by_fstab_and_mount_all()
{
	mounts_by_fstab profilefs mount -a
}

it_is_mounted_by_fstab_as_a_type_of_fuse()
{
	mounts_by_fstab fuse.profilefs mount -a
}

it_is_mounted_by_the_mount_point_alone()
{
	mounts_by_fstab profilefs mount "$T/mnt"
}

it_is_mounted_by_type()
{
	mounts_by_fstab none mount -t profilefs "$T/p.mobileconfig" "$T/mnt"
}

it_is_not_mounted_twice_by_fstab()
{
	make_profile p.mobileconfig
	mkdir mnt
	with_fstab "$T/p.mobileconfig $T/mnt profilefs defaults 0 0" bash -ec 'mount -a
		mount -a
		grep -c "$PWD/mnt " /proc/self/mounts
		"$PROFILEFS" umount mnt'
	assert_status 0
	assert_stdout '^1$'
}

# --- systemd ------------------------------------------------------------------------------------------

# directive NAME: its value in the unit, specifiers and variables as for the instance T/p q.mobileconfig.
directive()
{
	sed -n "s/^$1=[-:]*//p" "$UNIT" | sed -e "s|@BINDIR@/profilefs|$PROFILEFS|" \
		-e "s|\${PROFILE}|'$T/p q.mobileconfig'|" \
		-e "s|\${MOUNTPOINT}|'$HOME/Profiles/p q.mobileconfig'|" -e 's|${OPTIONS}|rw|'
}

it_has_a_unit_that_systemd_takes()
{
	need systemd-analyze
	mkdir units
	sed "s|@BINDIR@/profilefs|$PROFILEFS|" "$UNIT" >units/profilefs@.service
	cp units/profilefs@.service "units/profilefs@$(systemd-escape --path "$T/p q.mobileconfig").service"
	run systemd-analyze verify --user --man=no units/profilefs@*mobileconfig.service
	assert_status 0
	assert_no_stderr 'profilefs'
}

it_says_to_systemd_when_the_tree_is_there_and_saves_when_it_is_stopped()
{
	! without_fuse || skip "it mounts, and the program was built without FUSE"
	local pid ended=0 mount="$T.run/Profiles/p q.mobileconfig" name=profilefs-test-$$

	make_profile "p q.mobileconfig"
	cp "p q.mobileconfig" before
	"$PYTHON" -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\0" + sys.argv[2])
s.settimeout(20)
open("listens", "w")
said = s.recv(100).decode()
mounted = os.path.ismount(sys.argv[1])
open("said", "w").write("%s mounted=%s\n" % (said, mounted))' "$mount" "$name" &
	until_true 10 test -e listens
	bash -ec "$(directive ExecStartPre)"
	NOTIFY_SOCKET=@$name bash -c "exec $(directive ExecStart)" &
	pid=$!
	until_true 10 test -s said
	assert_file said $'READY=1 mounted=True\n'
	assert_equal $pid "$(daemon_pid "$mount")" "what systemd knows as the main process"
	echo 3128 >"$mount/$WIFI/ProxyServerPort"
	run bash -c "$(directive ExecStop)"
	assert_status 0
	wait $pid || ended=$?
	assert_equal 0 $ended "the exit status"
	assert_one_hunk before "p q.mobileconfig"
	bash -ec "$(directive ExecStopPost)"
	assert_missing "$mount"
}

# --- the Debian package -------------------------------------------------------------------------------

it_makes_a_debian_package_of_what_is_built()
{
	local package

	need dh dpkg-buildpackage
	! without_fuse || skip "the package is built with FUSE"
	run env DEB_BUILD_OPTIONS='nostrip noautodbgsym' "$ROOT/packaging/build-deb" deb "$PROFILEFS"
	assert_status 0
	package=$(echo deb/profilefs_*.deb)
	dpkg-deb -x "$package" root
	assert_line '^ ?Depends: .*libfuse3.*libplist' <(dpkg-deb -I "$package")
	assert_line 'Recommends: fuse3' <(dpkg-deb -I "$package")
	assert_equal "$("$PROFILEFS" --version)" "$(root/usr/bin/profilefs --version)"
	make_profile p.mobileconfig
	run root/usr/bin/profilefs check p.mobileconfig
	assert_status 0
	for file in sbin/mount.profilefs sbin/umount.profilefs sbin/mount.fuse.profilefs sbin/umount.fuse.profilefs \
		share/man/man1/profilefs.1.gz lib/systemd/user/profilefs@.service share/doc/profilefs/copyright; do
		assert_exists "root/usr/$file"
	done
	assert_equal ../bin/profilefs "$(readlink root/usr/sbin/mount.profilefs)"
}

run_tests "$@"
