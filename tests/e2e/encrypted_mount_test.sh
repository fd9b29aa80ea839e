#!/usr/bin/env bash
# Encrypted profiles, mounted with a recipient's key: the payloads are shown as if plain, and saved encrypted.
. "$(dirname "$0")/lib.sh"

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

run_tests "$@"
