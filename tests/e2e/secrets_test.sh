#!/usr/bin/env bash
# Secrets: they are in no message, in no memory that is done with them, and in no file that others may read.
. "$(dirname "$0")/lib.sh"

SECRET='hunter2|987654321'

secrets()
{
	"$PYTHON" "$E2E/secrets.py" "$@"
}

# Profiles with a secret in every sensitive key, made once: string.mobileconfig, integer.mobileconfig, ...
with_secrets()
{
	if [ ! -d "$FOLDER/made" ]; then
		mkdir "$FOLDER/made"
		run secrets make "$FOLDER/made"
		assert_status 0
		[ "$(cat "$T.run/stdout")" -gt 70 ] || fail "expected: more than 70 sensitive keys" "$(run_said)"
	fi
	cp "$FOLDER/made"/*.mobileconfig .
}

# --- messages -----------------------------------------------------------------------------------------

it_shows_no_secret_of_any_key_that_the_schema_calls_sensitive()
{
	local format

	with_secrets
	for format in text json sarif github; do
		run profilefs check --format $format ./*.mobileconfig
		assert_status 1
		assert_stdout 'wrong-type'
		! grep -qaE "$SECRET" "$T.run/stdout" "$T.run/stderr" ||
			fail "expected: no secret" "$(grep -haE "$SECRET" "$T.run/stdout" "$T.run/stderr" | head -n 3)"
	done
}

# A mount in the foreground, which says all on stderr (./said).
mount_saying()
{
	mkdir mnt
	"$PROFILEFS" mount -f "$1" mnt ${2:+-o "$2"} >said 2>&1 &
	until_true 10 is_mounted mnt
}

it_shows_no_secret_that_is_written_and_refused()
{
	with_secrets
	mount_saying string.mobileconfig
	secrets write mnt >>said 2>&1
	assert_line '^[0-9]{2,} files, [0-9]{3,} refused$' said
	run profilefs umount mnt
	cat "$T.run/stderr" >>said
	run profilefs umount --force mnt
	cat "$T.run/stderr" >>said
	wait
	assert_line 'wrong-type' said
	assert_no_line "$SECRET" said
}

it_shows_no_secret_where_the_schema_is_not_held_against_it()
{
	with_secrets
	mount_saying integer.mobileconfig check=off
	secrets write mnt >>said 2>&1
	run profilefs umount --force mnt
	cat "$T.run/stderr" >>said
	wait
	assert_no_line "$SECRET" said
}

# --- memory -------------------------------------------------------------------------------------------

# assert_in_memory EXPECTED TEXT...: which of the texts are in the memory of the daemon that serves mnt.
assert_in_memory()
{
	local expected=$1 pid text words=()

	shift
	pid=$(sed -n 's/^pid: //p' mnt/.profilefs/status)
	for text; do
		words+=("$(printf %s "$text" | od -An -v -tx1 | tr -d ' \n')")
	done
	run secrets search "$pid" "${words[@]}"
	[ "$status" -eq 0 ] || skip "the memory of another process cannot be read here: $(tail -n 1 "$T.run/stderr")"
	assert_equal "$expected" "$(cat "$T.run/stdout")" "what is in the memory"
}

it_forgets_what_was_refused_replaced_or_scratch()
{
	local password=mnt/$WIFI/Password

	with_profile
	printf 'refused-0815\001\n' >$password 2>/dev/null || true
	echo replaced-0815 >$password
	echo scratch-0815 >mnt/$WIFI/.scratch
	rm mnt/$WIFI/.scratch
	echo keptnow-0815 >$password
	sync mnt
	assert_in_memory keptnow-0815 refused-0815 replaced-0815 scratch-0815 keptnow-0815
	umount_profile
}

it_forgets_the_passphrase_of_the_key()
{
	make_profile plain
	sign plain p.mobileconfig
	openssl pkcs8 -topk8 -in "$CA/ec.key" -v2 aes-256-cbc -passout pass:passphrase-0815 -out key
	mount_profile p.mobileconfig "key=key,cert=$CA/ec.crt,passin=pass:passphrase-0815"
	assert_in_memory '' passphrase-0815
	umount_profile
}

# --- files --------------------------------------------------------------------------------------------

# Every file here but those that the test made.
assert_private()
{
	local open

	open=$(find . -type f ! -name before ! -name reader -perm /077 -printf '%m %p\n')
	assert_equal '' "$open" "what others may read"
}

it_makes_no_file_that_more_may_read_than_the_profile()
{
	umask 022
	make_profile p.mobileconfig
	chmod 600 p.mobileconfig
	mount_profile p.mobileconfig backup=.old
	echo Fresh >mnt/$WIFI/SSID_STR
	umount_profile
	assert_exists p.mobileconfig.old

	mount_profile p.mobileconfig output=out.mobileconfig
	echo Fresher >mnt/$WIFI/SSID_STR
	umount_profile
	assert_exists out.mobileconfig

	mount_profile p.mobileconfig
	rm mnt/$WIFI/SSID_STR
	run profilefs umount --force mnt
	assert_exists .p.mobileconfig.rejected

	mount_profile p.mobileconfig
	echo Mine >mnt/$WIFI/SSID_STR
	cp -p p.mobileconfig.old p.mobileconfig
	run profilefs umount --force mnt
	assert_exists .p.mobileconfig.conflict

	openssl req -x509 -new -key "$CA/rsa.key" -subj /CN=reader -out reader
	profilefs encrypt --recipient reader -o encrypted p.mobileconfig
	profilefs decrypt --key "$CA/rsa.key" -o decrypted encrypted
	profilefs sign --key "$CA/ec.key" --cert "$CA/ec.crt" -o signed p.mobileconfig
	assert_exists decrypted
	assert_private
}

run_tests "$@"
