#!/usr/bin/env bash
# sign: signatures around profiles, without a byte of their content changed; and off them.
. "$(dirname "$0")/lib.sh"

# sign_with SIGNER ARGUMENT...: by key and certificate, and with the CA's.
sign_with()
{
	run profilefs sign --key="$CA/$1.key" --cert="$CA/$1.crt" --chain="$CA/ca.crt" "${@:2}"
}

# One that is signed already, and its content in `plain`.
make_signed()
{
	make_profile plain
	sign plain p.mobileconfig "$@"
	cp p.mobileconfig before
}

# assert_signed FILE PLIST: good for openssl, with the very bytes.
assert_signed()
{
	content_of "$1" >"$1.content"
	assert_same "$2" "$1.content"
}

tamper()
{
	sed -i 's/Example enrolment/Another enrolment/' "$1"
}

# --- content ------------------------------------------------------------------------------------------

it_signs_in_place_and_says_nothing()
{
	make_profile p.mobileconfig
	cp p.mobileconfig plain
	sign_with ec p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_file "$T.run/stdout" ''
	assert_signed p.mobileconfig plain
	assert_equal 2 "$(signature_of p.mobileconfig | grep -c 'd.certificate:')" "the number of certificates"
	signature_of p.mobileconfig >signature
	assert_line 'algorithm: sha256' signature
	assert_line 'signingTime' signature
}

# assert_there_and_back FILE: signed and unsigned it has its old bytes.
assert_there_and_back()
{
	cp "$1" was
	sign_with ec "$1"
	assert_status 0
	assert_signed "$1" was
	run profilefs sign --unsign "$1"
	assert_status 0
	assert_no_stderr
	assert_same was "$1"
}

it_changes_no_byte_of_any_form_of_content()
{
	make_profile p.mobileconfig
	assert_there_and_back p.mobileconfig
	sed 's/$/\r/' p.mobileconfig >crlf.mobileconfig
	assert_there_and_back crlf.mobileconfig
	sed 's/UTF-8/UTF-16/' p.mobileconfig | iconv -f UTF-8 -t UTF-16 >utf16.mobileconfig
	assert_there_and_back utf16.mobileconfig
	make_binary binary.mobileconfig
	assert_there_and_back binary.mobileconfig
	printf '<plist>\r<dict>\n<key>a</key>\r\n<string>b\n\n</string></dict></plist>' >mixed.mobileconfig
	assert_there_and_back mixed.mobileconfig
}

it_refuses_what_is_no_profile()
{
	make_ca
	echo 'no plist' >text
	: >empty
	echo '<plist><array/></plist>' >array
	echo '<plist><dict><key>a</key><true/><key>a</key><false/></dict></plist>' >twice
	for file in text empty array twice; do
		cp $file $file.was
	done
	sign_with ec text
	assert_status 1
	assert_stderr '^text:.*error: .*\[not-a-plist\]$'
	sign_with ec empty
	assert_status 1
	assert_stderr '^empty:.*error: .*\[not-a-plist\]$'
	sign_with ec array
	assert_status 1
	assert_stderr '^array:1:8: error: .*\[not-a-profile\]$'
	sign_with ec twice
	assert_status 1
	assert_stderr '^twice:.*error: .*\[duplicate-key\]$'
	for file in text empty array twice; do
		assert_same $file.was $file
	done
}

it_signs_nothing_that_a_merge_left_open()
{
	make_ca
	make_profile p.mobileconfig
	profilefs exec -o check=off,unknown=allow p.mobileconfig -- sh -c 'echo theirs >PayloadDisplayName.conflict-theirs'
	cp p.mobileconfig before
	sign_with ec p.mobileconfig
	assert_status 1
	assert_stderr '^p\.mobileconfig: error: .*conflict.*\[merge-conflict\]$'
	assert_same before p.mobileconfig
	sign_with ec -W merge-conflict p.mobileconfig
	assert_status 0
	assert_signed p.mobileconfig before
}

it_warns_of_a_plist_that_is_no_profile_and_signs_it()
{
	make_ca
	echo '<plist><dict><key>SSID</key><string>a</string></dict></plist>' >plain
	cp plain p.plist
	sign_with ec p.plist
	assert_status 0
	assert_stderr '^p\.plist: warning: .*no configuration profile.*\[not-a-profile\]$'
	assert_signed p.plist plain
	cp plain p.plist
	sign_with ec -E expired,not-a-profile p.plist
	assert_status 1
	assert_stderr '^p\.plist: error: .*\[not-a-profile\]$'
	assert_same plain p.plist
	sign_with ec -O not-a-profile p.plist
	assert_status 0
	assert_no_stderr
	echo '<plist><dict><key>PayloadType</key><string>Configuration</string></dict></plist>' >plain
	cp plain p.plist
	sign_with ec p.plist
	assert_status 0
	assert_no_stderr
}

# --- signed again -------------------------------------------------------------------------------------

it_signs_again_like_the_old_signature()
{
	make_signed rsa -md sha384
	sign_with rsa p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_signed p.mobileconfig plain
	signature_of p.mobileconfig >signature
	assert_line 'sha384' signature
	assert_no_line 'sha256' signature
	assert_equal 2 "$(grep -c 'd.certificate:' signature)" "the number of certificates"
}

it_takes_the_digest_that_is_asked_for()
{
	make_signed rsa
	sign_with rsa --digest=sha512 p.mobileconfig
	assert_status 0
	assert_signed p.mobileconfig plain
	signature_of p.mobileconfig >signature
	assert_line 'algorithm: sha512' signature
	assert_no_line 'algorithm: sha256' signature
	run profilefs sign --digest=md5 --key="$CA/rsa.key" --cert="$CA/rsa.crt" p.mobileconfig
	assert_status 2
	assert_stderr 'sha1, sha256, sha384 or sha512'
}

it_raises_sha_1_and_says_of_which_profile()
{
	make_signed rsa -md sha1
	sign_with rsa p.mobileconfig
	assert_status 0
	assert_stderr '^p\.mobileconfig: note: .*sha1.*sha256'
	signature_of p.mobileconfig >signature
	assert_line 'algorithm: sha256' signature
	assert_no_line 'algorithm: sha1 ' signature
}

it_does_not_sign_what_somebody_changed_unless_forced()
{
	make_signed
	tamper p.mobileconfig
	cp p.mobileconfig before
	sign_with ec p.mobileconfig
	assert_status 1
	assert_stderr '^p\.mobileconfig: error: .*--force.*\[bad-signature\]$'
	assert_same before p.mobileconfig
	run profilefs sign --unsign p.mobileconfig
	assert_status 1
	assert_same before p.mobileconfig
	sign_with ec --force p.mobileconfig
	assert_status 0
	assert_stderr '^p\.mobileconfig: warning: .*\[bad-signature\]$'
	tamper plain
	assert_signed p.mobileconfig plain
}

# --- unsigned -----------------------------------------------------------------------------------------

it_takes_a_signature_off_whatever_is_in_it()
{
	make_ca
	echo '<plist><dict><key>a</key><true/><key>a</key><false/></dict></plist>' >plain
	sign plain p.mobileconfig
	run profilefs sign --unsign p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_same plain p.mobileconfig
}

it_does_not_touch_what_is_not_signed()
{
	local was

	make_profile p.mobileconfig
	cp p.mobileconfig before
	was=$(state p.mobileconfig)
	run profilefs sign --unsign p.mobileconfig
	assert_status 0
	assert_stderr '^p\.mobileconfig: note: it is not signed'
	assert_equal "$was" "$(state p.mobileconfig)"
	run profilefs sign --unsign -o copy p.mobileconfig
	assert_status 0
	assert_same before copy
}

# --- keys ---------------------------------------------------------------------------------------------

it_takes_keys_that_need_a_passphrase()
{
	make_profile plain
	cp plain p.mobileconfig
	run profilefs sign --key="$CA/bundle.p12" --passin=file:"$CA/passphrase" p.mobileconfig
	assert_status 0
	assert_signed p.mobileconfig plain
	run profilefs sign --key="$CA/encrypted.key" --cert="$CA/ec.crt" --chain="$CA/ca.crt" \
		--passin='pass:open sesame' -o q.mobileconfig plain
	assert_status 0
	assert_signed q.mobileconfig plain
	cp p.mobileconfig before
	run profilefs sign --key="$CA/encrypted.key" --cert="$CA/ec.crt" --passin='pass:close sesame' p.mobileconfig
	assert_status 2
	assert_stderr 'encrypted\.key: error: .*passphrase'
	assert_no_stderr 'sesame'
	assert_same before p.mobileconfig
}

it_refuses_what_cannot_sign_before_it_reads_a_profile()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	sign_with ed p.mobileconfig
	assert_status 2
	assert_stderr 'ed\.key: error: .*(ED25519|Ed25519)'
	run profilefs sign --key="$CA/ec.key" --cert="$CA/rsa.crt" p.mobileconfig none
	assert_status 2
	assert_no_stderr 'none'
	run profilefs sign --key=none.key p.mobileconfig
	assert_status 2
	assert_stderr '^none\.key: error: '
	assert_same before p.mobileconfig
}

it_signs_once_with_every_key()
{
	make_profile p.mobileconfig
	cp p.mobileconfig plain
	run profilefs sign --key="$CA/ec.key" --key="$CA/rsa.key" --cert="$CA/rsa.crt" --cert="$CA/ec.crt" \
		--chain="$CA/ca.crt" p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_signed p.mobileconfig plain
	assert_equal 2 "$(signature_of p.mobileconfig | grep -c 'd.issuerAndSerialNumber:')" "the number of signers"
	sign_with rsa p.mobileconfig
	assert_status 0
	assert_stderr '^p\.mobileconfig: warning: '
	assert_signed p.mobileconfig plain
	assert_equal 1 "$(signature_of p.mobileconfig | grep -c 'd.issuerAndSerialNumber:')" "the number of signers"
}

it_warns_of_an_expired_signer_or_refuses_it()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	openssl x509 -in "$CA/ec.crt" -signkey "$CA/ec.key" -days -1 -out expired.crt 2>/dev/null ||
		skip "no expired certificate can be made"
	run profilefs sign --key="$CA/ec.key" --cert=expired.crt -E expired p.mobileconfig
	assert_failed
	assert_stderr '^expired\.crt: error: .*\[expired\]$'
	assert_same before p.mobileconfig
	run profilefs sign --key="$CA/ec.key" --cert=expired.crt -o out p.mobileconfig
	assert_status 0
	assert_stderr '^expired\.crt: warning: .*\[expired\]$'
	run profilefs sign --key="$CA/ec.key" --cert=expired.crt -O expired p.mobileconfig
	assert_status 0
	assert_no_stderr
}

# Whoever reads first would take something off the front of what comes after.
it_reads_one_thing_from_the_standard_input()
{
	local source

	make_profile p.mobileconfig
	cp p.mobileconfig before
	for source in stdin fd:0 file:/dev/stdin file:/proc/self/fd/0; do
		run profilefs sign --key="$CA/ec.key" --cert="$CA/ec.crt" --passin=$source - <p.mobileconfig
		assert_status 2
		assert_stderr 'the standard input can be read once'
		assert_file "$T.run/stdout" ''
	done
	run profilefs sign --key="$CA/ec.key" --cert=/dev/stdin - <"$CA/ec.crt"
	assert_status 2
	assert_stderr 'the standard input can be read once'
	run profilefs encrypt --recipient="$CA/ec.crt" --passin=stdin -o out /dev/stdin < <(cat p.mobileconfig)
	assert_status 2
	assert_stderr 'the standard input can be read once'
	run profilefs decrypt --key="$CA/ec.key" --passin=stdin - <p.mobileconfig
	assert_status 2
	assert_stderr 'the standard input can be read once'
	assert_missing out
	run profilefs sign --key="$CA/bundle.p12" --passin=stdin p.mobileconfig <"$CA/passphrase"
	assert_status 0
	assert_signed p.mobileconfig before
	run profilefs sign --key="$CA/bundle.p12" --passin=file:"$CA/passphrase" - <before
	assert_status 0
}

# --- where to -----------------------------------------------------------------------------------------

it_writes_elsewhere_and_leaves_the_profile()
{
	local was

	make_profile p.mobileconfig
	chmod 640 p.mobileconfig
	cp p.mobileconfig plain
	was=$(state p.mobileconfig)
	sign_with ec -o q.mobileconfig p.mobileconfig
	assert_status 0
	assert_signed q.mobileconfig plain
	assert_equal 640 "$(stat -c %a q.mobileconfig)"
	chmod 604 q.mobileconfig
	sign_with rsa p.mobileconfig -o q.mobileconfig
	assert_status 0
	assert_signed q.mobileconfig plain
	assert_equal 604 "$(stat -c %a q.mobileconfig)"
	sign_with ec -o /dev/stdout p.mobileconfig
	assert_status 0
	cp "$T.run/stdout" s.mobileconfig
	assert_signed s.mobileconfig plain
	{ echo before; profilefs sign --unsign -o /dev/stdout p.mobileconfig 2>/dev/null; } >redirected
	{ echo before; cat plain; } | cmp - redirected
	sign_with ec -o /dev/null p.mobileconfig
	assert_status 0
	[ -c /dev/null ] || fail "expected: /dev/null is there" "got:      $(ls -l /dev/null)"
	assert_equal "$was" "$(state p.mobileconfig)"
}

it_signs_in_place_when_the_output_is_the_profile()
{
	make_profile p.mobileconfig
	chmod 640 p.mobileconfig
	cp p.mobileconfig plain
	ln -s p.mobileconfig link
	sign_with ec -o ./p.mobileconfig link
	assert_status 0
	assert_signed p.mobileconfig plain
	assert_equal 640 "$(stat -c %a p.mobileconfig)"
	assert_equal p.mobileconfig "$(readlink link)"
	sign_with rsa -o . p.mobileconfig
	assert_status 0
	assert_signed p.mobileconfig plain
}

it_is_a_filter_for_the_standard_input()
{
	make_profile plain
	profilefs sign --key="$CA/ec.key" --cert="$CA/ec.crt" --chain="$CA/ca.crt" -o - - <plain |
		cat >p.mobileconfig
	assert_signed p.mobileconfig plain
	profilefs sign --unsign - <p.mobileconfig | cmp plain -
	profilefs sign --unsign -o out - <p.mobileconfig
	assert_same plain out
	tamper p.mobileconfig
	run profilefs sign --unsign - <p.mobileconfig
	assert_status 1
	assert_stderr '^standard input: error: '
	assert_file "$T.run/stdout" ''
}

it_signs_many_in_one_run()
{
	make_ca
	echo '<plist><dict><key>PayloadType</key><string>Configuration</string></dict></plist>' >plain
	mkdir in out
	for number in {1..500}; do
		echo "in/$number.mobileconfig"
	done >names
	xargs -a names tee <plain >/dev/null
	mapfile -t names <names
	sign_with ec -o out/ "${names[@]}"
	assert_status 0
	assert_no_stderr
	assert_equal 500 "$(ls out | wc -l)"
	assert_signed out/1.mobileconfig plain
	assert_signed out/500.mobileconfig plain
	assert_same plain in/7.mobileconfig
	run profilefs sign --unsign out/1?.mobileconfig
	assert_status 0
	for file in out/1?.mobileconfig; do
		cmp plain "$file"
	done
}

it_goes_on_after_a_profile_that_cannot_be_signed()
{
	make_profile a.mobileconfig
	cp a.mobileconfig b.mobileconfig
	cp a.mobileconfig plain
	echo 'no plist' >bad.mobileconfig
	sign_with ec a.mobileconfig bad.mobileconfig b.mobileconfig
	assert_status 1
	assert_stderr '^bad\.mobileconfig:.*\[not-a-plist\]$'
	assert_equal 1 "$(wc -l <"$T.run/stderr")" "the number of lines that were said"
	assert_signed a.mobileconfig plain
	assert_signed b.mobileconfig plain
	sign_with ec none bad.mobileconfig
	assert_status 2
	assert_stderr '^none: error: '
	assert_stderr '^bad\.mobileconfig:'
}

it_says_what_is_wrong_with_the_arguments()
{
	make_profile p.mobileconfig
	mkdir in out
	cp p.mobileconfig in
	cp p.mobileconfig before
	run profilefs sign p.mobileconfig
	assert_status 2
	assert_stderr '--key=FILE'
	run profilefs sign --unsign --key="$CA/ec.key" p.mobileconfig
	assert_status 2
	assert_stderr 'give one of them'
	sign_with ec
	assert_status 2
	assert_stderr 'profiles are missing'
	sign_with ec -o '' p.mobileconfig
	assert_status 2
	assert_stderr '-o is empty'
	sign_with ec -o none/ p.mobileconfig
	assert_status 2
	assert_stderr "'none/': make it with mkdir"
	sign_with ec -o none p.mobileconfig in/p.mobileconfig
	assert_status 2
	assert_stderr "a folder that is there, not 'none': make it with mkdir"
	sign_with ec -o out p.mobileconfig in/p.mobileconfig
	assert_status 2
	assert_stderr 'one name'
	sign_with ec -o out -
	assert_status 2
	assert_stderr 'no name'
	sign_with ec - p.mobileconfig
	assert_status 2
	assert_equal '' "$(ls out)"
	assert_same before p.mobileconfig
	assert_same before in/p.mobileconfig
	run profilefs sign --help
	assert_status 0
	assert_stdout '--unsign'
}

# --- others -------------------------------------------------------------------------------------------

it_does_not_sign_under_a_mount()
{
	with_profile
	sign_with ec p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: it is mounted already, by process [0-9]+: unmount'
	assert_same before p.mobileconfig
	sign_with ec -o q.mobileconfig p.mobileconfig
	assert_status 0
	umount_profile
	sign_with ec p.mobileconfig
	assert_status 0
	assert_signed p.mobileconfig before
}

it_keeps_owner_mode_and_attributes()
{
	make_profile p.mobileconfig
	chmod 640 p.mobileconfig
	setfattr -n user.origin -v somewhere p.mobileconfig 2>/dev/null || true
	[ "$(id -u)" -ne 0 ] || chown 1234:4321 p.mobileconfig
	stat -c '%a %u %g' p.mobileconfig >was
	getfattr -d p.mobileconfig >>was 2>/dev/null || true
	sign_with ec p.mobileconfig
	assert_status 0
	stat -c '%a %u %g' p.mobileconfig >is
	getfattr -d p.mobileconfig >>is 2>/dev/null || true
	assert_same was is
}

it_says_when_a_folder_may_not_be_written()
{
	local as=()

	mkdir folder
	make_profile folder/p.mobileconfig
	cp folder/p.mobileconfig before
	cp "$CA/ec.key" "$CA/ec.crt" .
	if [ "$(id -u)" -eq 0 ]; then
		need setpriv
		chown -R 65534:65534 . "$T.run"
		as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
		"${as[@]}" test -x "$PROFILEFS" -a -w . || skip "nobody may not come here"
	fi
	chmod 555 folder
	run "${as[@]}" "$PROFILEFS" sign --key=ec.key --cert=ec.crt folder/p.mobileconfig
	chmod 755 folder
	assert_status 2
	assert_stderr '^folder/p\.mobileconfig: error: .*directory.*; give another file to write to$'
	assert_same before folder/p.mobileconfig
	assert_equal p.mobileconfig "$(ls -A folder)"
}

it_hides_a_passphrase_from_ps()
{
	make_profile plain
	mkfifo in
	"$PROFILEFS" sign --key="$CA/bundle.p12" --passin='pass:open sesame' - <in >p.mobileconfig &
	exec 3>in
	until_true 10 passphrase_is_hidden $!
	cat plain >&3
	exec 3>&-
	wait $!
	assert_signed p.mobileconfig plain
}

passphrase_is_hidden()
{
	tr "\\0" " " 2>/dev/null <"/proc/$1/cmdline" >cmdline
	grep -qF 'pass:***********' cmdline
}

run_tests "$@"
