#!/usr/bin/env bash
# Encrypted profiles, mounted with a recipient's key: the payloads are shown as if plain, and saved encrypted.
. "$(dirname "$0")/lib.sh"
. "$E2E/token.sh"

PORT=$WIFI/ProxyServerPort

covered()
{
	"$PYTHON" "$E2E/covered.py" "$@"
}

# make_reader NAME KEY USAGE: NAME.key and NAME.crt, for one who is encrypted for.
make_reader()
{
	cp "$CA/$2.key" "$1.key"
	openssl req -x509 -new -key "$1.key" -subj "/O=Example Ltd/CN=Reader ($1)" -days 30 \
		-addext "keyUsage=critical,$3" -out "$1.crt"
}

# with_encrypted [OPTIONS]: p.mobileconfig, encrypted by openssl for rsa and ec; plain is what it was.
with_encrypted()
{
	make_profile plain
	make_reader rsa rsa keyEncipherment
	make_reader ec ec keyAgreement
	covered take plain >payloads
	openssl cms -encrypt -binary -outform DER -aes-256-cbc -in payloads -out cipher "$@" rsa.crt ec.crt
	covered cover plain cipher >p.mobileconfig
	cp p.mobileconfig before
}

# payloads_of PROFILE READER: what openssl decrypts.
payloads_of()
{
	covered cipher "$1" >cipher
	openssl cms -decrypt -inform DER -in cipher -inkey "$2.key" -recip "$2.crt"
}

it_shows_the_payloads_as_if_plain()
{
	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt"
	assert_file mnt/$PORT $'8080\n'
	assert_missing mnt/EncryptedPayloadContent
	assert_missing mnt/IsEncrypted
	assert_file mnt/PayloadOrganization $'Example Ltd\n'
	umount_profile
	assert_same before p.mobileconfig
}

it_saves_an_edited_payload_for_the_same_recipients()
{
	local reader

	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt"
	echo 3128 >mnt/$PORT
	umount_profile
	for reader in rsa ec; do
		payloads_of p.mobileconfig $reader >after
		assert_one_hunk payloads after
		assert_line '<integer>3128</integer>' after
		assert_line 'The proxy of the head office' after
	done
	assert_no_line 'proxy.example.org' p.mobileconfig
	assert_line 'Ask before you open it' p.mobileconfig
	assert_equal EncryptedPayloadContent "$("$PYTHON" "$E2E/plists.py" changes before p.mobileconfig | sed 's/:.*//')"
}

it_keeps_the_encrypted_bytes_when_only_another_key_was_edited()
{
	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=ec.key,recipient=rsa.crt,recipient=ec.crt"
	echo 'Example GmbH' >mnt/PayloadOrganization
	umount_profile
	assert_one_hunk before p.mobileconfig
	covered cipher p.mobileconfig >after
	assert_same cipher after
}

it_writes_nothing_when_an_edit_is_taken_back()
{
	local was

	with_encrypted
	was=$(state p.mobileconfig)
	mount_profile p.mobileconfig "decrypt_key=ec.key,recipient=rsa.crt,recipient=ec.crt"
	echo 3128 >mnt/$PORT
	echo 8080 >mnt/$PORT
	umount_profile
	assert_equal "$was" "$(state p.mobileconfig)"
}

it_is_read_only_without_the_key()
{
	with_encrypted
	mount_profile p.mobileconfig
	assert_stderr 'note: .*decrypt_key='
	assert_exists mnt/EncryptedPayloadContent
	assert_equal 2 "$(grep -cE '^encrypted-for: issuer .*Reader \((rsa|ec)\).*, serial number [0-9A-F]+$' mnt/.profilefs/status)"
	run sh -c "echo x >mnt/PayloadOrganization"
	assert_failed
	umount_profile
	assert_same before p.mobileconfig
}

it_is_read_only_when_a_recipient_could_not_read_it_any_more()
{
	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt"
	assert_stderr 'note: mounted read-only: .*recipient='
	assert_file mnt/$PORT $'8080\n'
	run sh -c "echo 3128 >mnt/$PORT"
	assert_failed
	umount_profile
	assert_same before p.mobileconfig
}

it_says_when_a_recipient_was_named_that_is_none()
{
	with_encrypted
	make_reader other other keyAgreement
	run profilefs exec -o "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt,recipient=other.crt" \
		p.mobileconfig -- true
	assert_status 0
	assert_stderr '^p\.mobileconfig: note: it is not encrypted for CN=Reader \(other\).*encrypt it anew'
	assert_no_stderr 'Reader \(ec\)'
}

it_refuses_a_key_of_somebody_else()
{
	with_encrypted
	make_reader other other keyAgreement
	mkdir mnt
	run profilefs p.mobileconfig mnt -o "decrypt_key=other.key,recipient=other.crt"
	assert_failed
	assert_stderr 'Reader \(rsa\)'
	run profilefs p.mobileconfig mnt -o "decrypt_key=other.key"
	assert_failed
	run profilefs p.mobileconfig mnt -o "decrypt_key=missing.key"
	assert_status 2
	assert_stderr '^missing.key: error: .*No such file'
	is_mounted mnt && fail "it was mounted"
	assert_same before p.mobileconfig
}

it_refuses_damaged_content_and_shows_none_of_it()
{
	with_encrypted
	"$PYTHON" -c 'if True:
		import sys
		bytes = bytearray(open("cipher", "rb").read())
		bytes[len(bytes) // 2] ^= 1
		open("cipher", "wb").write(bytes)
		'
	covered cover plain cipher >p.mobileconfig
	mkdir mnt
	run profilefs p.mobileconfig mnt -o "decrypt_key=rsa.key,recipient=rsa.crt"
	assert_failed
	assert_stderr '^p.mobileconfig: error: '
	is_mounted mnt && fail "it was mounted"
	run profilefs exec -o "decrypt_key=ec.key,recipient=ec.crt" p.mobileconfig -- true
	assert_failed
}

it_signs_what_it_encrypted()
{
	with_encrypted
	sign p.mobileconfig signed.mobileconfig ec
	mount_profile signed.mobileconfig \
		"decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt,key=$CA/ec.key,cert=$CA/ec.crt"
	echo 3128 >mnt/$PORT
	umount_profile
	content_of signed.mobileconfig >p.mobileconfig
	payloads_of p.mobileconfig ec >after
	assert_line '<integer>3128</integer>' after
}

it_takes_one_passphrase_for_the_only_key()
{
	with_encrypted
	openssl pkcs8 -topk8 -in rsa.key -v2 aes-256-cbc -passout pass:sesame -out locked.key
	cat rsa.crt >>locked.key
	WORD=sesame run profilefs exec -o "decrypt_key=locked.key,passin=env:WORD,recipient=ec.crt" p.mobileconfig -- \
		sh -c "echo 3128 >$PORT"
	assert_status 0
	payloads_of p.mobileconfig rsa >after
	assert_line '<integer>3128</integer>' after
}

it_keeps_a_rejected_edit_encrypted()
{
	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt"
	rm mnt/$MDM/ServerURL
	run profilefs umount --force mnt
	assert_failed
	assert_same before p.mobileconfig
	assert_exists .p.mobileconfig.rejected
	assert_no_line 'proxy.example.org' .p.mobileconfig.rejected
	payloads_of .p.mobileconfig.rejected ec >after
	assert_no_line 'ServerURL' after
}

# The certificates are enough to encrypt; that it can be decrypted again cannot be proven any more.
it_keeps_an_edit_when_the_token_with_the_key_is_gone()
{
	local reader

	with_encrypted
	make_token
	key_on_token rsa.key reader A1
	mount_profile p.mobileconfig \
		"decrypt_key=pkcs11:token=prof;object=reader,decrypt_passin=env:PIN,recipient=rsa.crt,recipient=ec.crt"
	echo 3128 >mnt/$PORT
	rm -r "$T.run/tokens"
	run profilefs umount mnt
	assert_status 1
	assert_stderr '^p\.mobileconfig: error: .*to prove it.*token'
	run profilefs umount --force mnt
	assert_failed
	assert_stderr 'note: .*\.rejected'
	assert_stderr 'note: .*not decrypted again to prove it'
	assert_same before p.mobileconfig
	for reader in rsa ec; do
		payloads_of .p.mobileconfig.rejected $reader >after
		assert_one_hunk payloads after
	done
}

it_saves_a_new_payload_and_a_removed_one()
{
	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt"
	rm -r mnt/$WIFI.2
	cp -r mnt/$WIFI mnt/PayloadContent/com.apple.wifi.managed.3
	echo Attic >mnt/PayloadContent/com.apple.wifi.managed.3/SSID_STR
	profilefs umount mnt 2>/dev/null
	payloads_of p.mobileconfig ec >after
	assert_line '<string>Attic</string>' after
	assert_no_line '<string>Guests</string>' after
	assert_line 'Payloads: trust first' after
}

# What is on disk in the payloads' place has no meaning in the tree; an edit of it is kept beside the profile.
it_refuses_the_keys_that_stand_for_payloads_on_disk()
{
	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt"
	echo true >mnt/IsEncrypted
	echo 3128 >mnt/$PORT
	run profilefs umount mnt
	assert_status 1
	assert_stderr '^p\.mobileconfig: error: IsEncrypted: .*remove it'
	run profilefs umount --force mnt
	assert_same before p.mobileconfig
	payloads_of .p.mobileconfig.rejected ec >after
	assert_one_hunk payloads after
}

it_says_of_a_save_what_is_true_when_it_is_saved()
{
	with_encrypted -des3
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt"
	echo 3128 >mnt/$PORT
	cp before other
	echo '<!-- somebody was here -->' >>other
	cp other p.mobileconfig
	run profilefs umount mnt
	assert_status 1
	assert_no_stderr 'AES-256-CBC now'
	cp before p.mobileconfig
	run profilefs umount mnt
	assert_status 0
	assert_stderr '^p\.mobileconfig: note: .*AES-256-CBC now'
}

it_says_when_nothing_is_left_to_encrypt()
{
	with_encrypted
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt,check=off"
	rm -r mnt/PayloadContent
	run profilefs umount mnt
	assert_status 0
	assert_stderr '^p\.mobileconfig: note: .*nothing to encrypt'
	assert_no_line 'Encrypted' p.mobileconfig
}

it_names_no_line_of_what_it_decrypted()
{
	with_encrypted
	sed -i 's/<key>SSID_STR</<key>PayloadUUID</' payloads
	openssl cms -encrypt -binary -outform DER -aes-256-cbc -in payloads -out cipher rsa.crt
	covered cover plain cipher >p.mobileconfig
	mount_profile p.mobileconfig "decrypt_key=rsa.key,recipient=rsa.crt"
	assert_stderr '^p\.mobileconfig: note: PayloadContent/[^:]*: mounted read-only: .*twice.*\[duplicate-key\]$'
	umount_profile
}

# --- after a crash ------------------------------------------------------------------------------------

FOR_BOTH=decrypt_key=rsa.key,recipient=rsa.crt,recipient=ec.crt

# An edit of a payload and one of another key, which were not saved.
with_left()
{
	with_encrypted
	mount_profile p.mobileconfig $FOR_BOTH 2>said
	[ ! -s said ]
	echo 4242 >mnt/$PORT
	echo 'Example of edits' >mnt/PayloadOrganization
	crash
	assert_same before p.mobileconfig
}

it_puts_edits_back_after_a_crash()
{
	with_left
	run profilefs -o $FOR_BOTH p.mobileconfig mnt
	assert_status 0
	assert_stderr '2 edits that were not saved before, as profilefs was stopped, are back'
	assert_file mnt/$PORT $'4242\n'
	umount_profile
	payloads_of p.mobileconfig ec >after
	assert_line '<integer>4242</integer>' after
	assert_line '<string>Example of edits</string>' p.mobileconfig
	assert_equal "" "$(journals)"
}

it_puts_them_back_with_the_key_of_another_recipient()
{
	with_left
	profilefs -o decrypt_key=ec.key,recipient=rsa.crt,recipient=ec.crt p.mobileconfig mnt 2>said
	assert_line '2 edits that were not saved before' said
	assert_file mnt/$PORT $'4242\n'
	umount_profile
}

it_puts_back_what_was_edited_after_a_save()
{
	with_encrypted
	mount_profile p.mobileconfig $FOR_BOTH
	rm mnt/$WIFI/AutoJoin
	echo true >mnt/PayloadContent/com.apple.wifi.managed/CaptiveBypass
	mv mnt/PayloadOrganization mnt/ZZZ 2>/dev/null || true
	sync mnt
	cp p.mobileconfig before
	echo 4343 >mnt/$PORT
	echo Later >mnt/PayloadDescription
	crash
	assert_same before p.mobileconfig
	profilefs -o $FOR_BOTH p.mobileconfig mnt 2>said
	assert_line '2 edits that were not saved before' said
	assert_file mnt/$PORT $'4343\n'
	assert_file mnt/PayloadDescription $'Later\n'
	assert_file mnt/PayloadContent/com.apple.wifi.managed/CaptiveBypass $'true\n'
	assert_missing mnt/$WIFI/AutoJoin
	umount_profile
	payloads_of p.mobileconfig rsa >after
	assert_line '<integer>4343</integer>' after
}

it_writes_nothing_readable_into_the_journal()
{
	with_left
	! grep -q -a -e 4242 -e ProxyServer -e 'Example of edits' "$XDG_STATE_HOME"/profilefs/*.journal ||
		fail "expected: nothing to be read in the journal"
}

it_shows_and_applies_what_is_left_with_the_key()
{
	with_left
	profilefs recover >list
	assert_line "^$T/p.mobileconfig: 2 edits" list
	run profilefs recover --show p.mobileconfig
	assert_status 2
	assert_stderr 'give the key of a recipient \(-o decrypt_key=FILE\)'
	profilefs recover --show -o decrypt_key=ec.key p.mobileconfig >shown
	assert_line 'ProxyServerPort.*4242' shown
	run profilefs recover --apply p.mobileconfig
	assert_status 2
	assert_same before p.mobileconfig
	run profilefs recover --apply -o $FOR_BOTH p.mobileconfig
	assert_status 0
	payloads_of p.mobileconfig ec >after
	assert_line '<integer>4242</integer>' after
}

it_keeps_what_is_left_encrypted_beside_another_version()
{
	with_left
	sed -i 's/Example Ltd/Somebody else/' p.mobileconfig
	cp p.mobileconfig other
	run profilefs recover --apply -o $FOR_BOTH p.mobileconfig
	assert_status 0
	assert_same other p.mobileconfig
	payloads_of .p.mobileconfig.conflict ec >after
	assert_line '<integer>4242</integer>' after
	! grep -q 4242 .p.mobileconfig.conflict || fail "expected: the payloads encrypted"
}

it_tells_of_edits_when_it_is_mounted_without_the_key()
{
	with_left
	profilefs p.mobileconfig mnt 2>said
	assert_line '2 edits of it that were not saved, as profilefs was stopped, are not shown' said
	umount_profile
	profilefs -o $FOR_BOTH p.mobileconfig mnt 2>said
	assert_file mnt/$PORT $'4242\n'
	umount_profile
}

it_begins_no_new_profile_with_a_key_that_decrypts()
{
	run profilefs exec -o new,decrypt_key=rsa.key p.mobileconfig -- true
	assert_status 2
	assert_stderr 'decrypt_key='
	assert_missing p.mobileconfig
}

run_tests "$@"
