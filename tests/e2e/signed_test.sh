#!/usr/bin/env bash
# Signed profiles: they stay signed, with what the old signature had; and what is not sealed well is refused.
. "$(dirname "$0")/lib.sh"

PORT=$WIFI/ProxyServerPort

# with_signed [SIGNER [OPTIONS-OF-OPENSSL]]: p.mobileconfig, signed; plain is its content.
with_signed()
{
	make_profile plain
	sign plain p.mobileconfig "$@"
	cp p.mobileconfig before
}

# One key, and unmounted.
edit()
{
	echo 3128 >mnt/$PORT
	umount_profile
}

# assert_signed_edit: good for openssl, and one hunk of the content changed.
assert_signed_edit()
{
	content_of p.mobileconfig >after
	assert_one_hunk plain after
	assert_line '<integer>3128</integer>' after
}

it_does_not_touch_a_signature_when_nothing_was_edited()
{
	local was

	with_signed
	was=$(state p.mobileconfig)
	mount_signed p.mobileconfig
	cat mnt/$PORT >/dev/null
	umount_profile
	assert_equal "$was" "$(state p.mobileconfig)"
	assert_same before p.mobileconfig
}

it_signs_again_with_p_256()
{
	with_signed ec
	mount_signed p.mobileconfig ec
	edit
	assert_signed_edit
	assert_equal "$(signature_of before | grep -c 'd.certificate:')" \
		"$(signature_of p.mobileconfig | grep -c 'd.certificate:')" "the number of certificates"
}

it_signs_again_with_rsa()
{
	with_signed rsa
	mount_signed p.mobileconfig rsa
	edit
	assert_signed_edit
}

it_signs_again_with_rsa_pss()
{
	with_signed rsa
	mount_signed p.mobileconfig pss
	edit
	assert_signed_edit
	signature_of p.mobileconfig >signature
	assert_line 'rsassaPss' signature
}

it_keeps_the_digest_of_the_old_signature()
{
	with_signed ec -md sha384
	mount_signed p.mobileconfig
	edit
	assert_signed_edit
	signature_of p.mobileconfig >signature
	assert_line 'sha384' signature
	assert_no_line 'sha256' signature
}

it_raises_sha_1_to_sha_256_and_says_so()
{
	with_signed rsa -md sha1
	mount_signed p.mobileconfig rsa
	echo 3128 >mnt/$PORT
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'sha1.*sha256'
	assert_signed_edit
	signature_of p.mobileconfig >signature
	assert_line 'algorithm: sha256' signature
	assert_no_line 'algorithm: sha1 ' signature
}

it_keeps_a_signature_without_attributes()
{
	with_signed rsa -noattr
	mount_signed p.mobileconfig rsa
	edit
	assert_signed_edit
	signature_of p.mobileconfig >signature
	assert_no_line 'signingTime' signature
}

it_signs_der_without_indefinite_lengths_where_there_were_some()
{
	make_profile plain
	sign plain p.mobileconfig ec -stream
	assert_equal 3080 "$(head -c 2 p.mobileconfig | xxd -p)"
	mount_signed p.mobileconfig
	edit
	assert_signed_edit
	assert_equal 3082 "$(head -c 2 p.mobileconfig | xxd -p)"
}

it_saves_a_pem_envelope_as_der_and_says_so()
{
	local was

	make_profile plain
	make_ca
	openssl cms -sign -binary -nodetach -nosmimecap -outform PEM -in plain -out p.mobileconfig \
		-signer "$CA/ec.crt" -inkey "$CA/ec.key" -certfile "$CA/ca.crt"
	was=$(state p.mobileconfig)
	mount_signed p.mobileconfig
	umount_profile
	assert_equal "$was" "$(state p.mobileconfig)"
	mount_signed p.mobileconfig
	echo 3128 >mnt/$PORT
	run profilefs umount mnt
	assert_status 0
	assert_stderr 'PEM.*DER'
	assert_signed_edit
}

it_signs_a_plain_profile_when_a_key_is_given()
{
	make_profile p.mobileconfig
	cp p.mobileconfig plain
	mount_signed p.mobileconfig
	edit
	assert_signed_edit
}

it_saves_plain_what_was_signed_when_told_to_unsign()
{
	with_signed
	mount_profile p.mobileconfig unsign
	edit
	assert_one_hunk plain p.mobileconfig
}

it_signs_a_binary_plist_again()
{
	make_binary plain
	sign plain p.mobileconfig
	mount_signed p.mobileconfig
	edit
	content_of p.mobileconfig >after
	assert_equal bplist00 "$(head -c 8 after)"
	assert_changes plain after <<<'PayloadContent/3/ProxyServerPort: 8080 -> 3128'
}

it_saves_more_than_once_in_one_mount()
{
	with_signed
	mount_signed p.mobileconfig
	echo 1080 >mnt/$PORT
	sync mnt
	content_of p.mobileconfig >after
	assert_line '<integer>1080</integer>' after
	edit
	assert_signed_edit
}

# --- keys ---------------------------------------------------------------------------------------------

it_opens_an_encrypted_key_with_its_passphrase()
{
	local source

	with_signed
	for source in "file:$CA/passphrase" 'pass:open sesame' env:PASSPHRASE; do
		cp before p.mobileconfig
		export PASSPHRASE='open sesame'
		mount_profile p.mobileconfig "key=$CA/encrypted.key,cert=$CA/ec.crt,passin=$source"
		edit
		assert_signed_edit
	done
}

it_opens_a_pkcs_12_bundle()
{
	with_signed
	mount_profile p.mobileconfig "key=$CA/bundle.p12,passin=file:$CA/passphrase"
	edit
	assert_signed_edit
}

it_hides_a_passphrase_from_the_list_of_processes()
{
	with_signed
	mount_profile p.mobileconfig "key=$CA/encrypted.key,cert=$CA/ec.crt,passin=pass:open sesame"
	daemons_of "$T"
	tr '\0' '\n' <"/proc/${found[0]}/cmdline" >shown
	assert_line 'encrypted.key' shown
	assert_no_line 'sesame' shown
	umount_profile
}

# refused_at_mount OPTIONS REGEX: exit status 2 and a reason, nothing mounted.
refused_at_mount()
{
	mkdir -p mnt
	run profilefs p.mobileconfig mnt -o "$1"
	assert_status 2
	assert_stderr "$2"
	! is_mounted mnt
	assert_same before p.mobileconfig
}

it_refuses_a_wrong_passphrase_before_mounting()
{
	with_signed
	refused_at_mount "key=$CA/encrypted.key,cert=$CA/ec.crt,passin=pass:wrong" 'encrypted.key.*passphrase'
	refused_at_mount "key=$CA/encrypted.key,cert=$CA/ec.crt" 'passphrase|passin'
}

it_refuses_a_certificate_that_is_not_the_keys()
{
	with_signed
	refused_at_mount "key=$CA/ec.key,cert=$CA/other.crt" 'other.crt'
	refused_at_mount "key=$CA/ec.key" 'cert'
	refused_at_mount "key=$CA/absent.key,cert=$CA/ec.crt" 'absent.key'
	refused_at_mount "key=$CA/ec.crt,cert=$CA/ec.crt" 'key'
	refused_at_mount "key=$CA/ec.key,cert=$CA/ec.key" 'cert'
}

it_refuses_a_key_that_cannot_sign_profiles()
{
	with_signed
	refused_at_mount "key=$CA/ed.key,cert=$CA/ed.crt" '[Ee][Dd]25519'
}

it_mounts_read_only_without_a_key_and_says_which_option_to_give()
{
	with_signed
	mount_profile p.mobileconfig
	assert_stderr 'read-only.*key=.*unsign'
	assert_file mnt/$PORT $'8080\n'
	run bash -c 'echo 1 > "$1"' bash mnt/$PORT
	assert_status 1
	assert_stderr 'Read-only file system'
	assert_line 'key=' mnt/.profilefs/status
	umount_profile
	assert_same before p.mobileconfig
}

# --- what is not sealed well --------------------------------------------------------------------------

it_refuses_a_tampered_profile_unless_forced()
{
	with_signed
	# The same length, so that only the signature tells.
	LC_ALL=C sed -i 's/mdm\.example\.org/evl.example.com/; s/Guests/Ghosts/' p.mobileconfig
	cp p.mobileconfig tampered
	mkdir mnt
	for options in ro "key=$CA/ec.key,cert=$CA/ec.crt" unsign; do
		run profilefs p.mobileconfig mnt -o "$options"
		assert_failed
		assert_stderr 'p.mobileconfig.*force.*\[bad-signature\]'
		! is_mounted mnt
	done
	run profilefs cat p.mobileconfig
	assert_failed
	mount_profile p.mobileconfig ro,force
	assert_file mnt/$WIFI.2/SSID_STR $'Ghosts\n'
	assert_line '^intact: *no' mnt/.profilefs/signature
	umount_profile
	assert_same tampered p.mobileconfig
}

it_refuses_a_profile_that_is_cut_short_or_has_more_behind_it()
{
	with_signed
	mkdir mnt
	head -c 3000 before >p.mobileconfig
	run profilefs p.mobileconfig mnt -o ro
	assert_failed
	assert_stderr '^p.mobileconfig:'
	{ cat before; echo more; } >p.mobileconfig
	run profilefs p.mobileconfig mnt -o ro
	assert_failed
	assert_stderr '^p.mobileconfig:'
	! is_mounted mnt
}

it_opens_a_profile_whose_signer_nobody_trusts()
{
	make_profile plain
	openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -subj /CN=Nobody -out self.crt -days 1 2>/dev/null
	openssl cms -sign -binary -nodetach -outform DER -in plain -out p.mobileconfig -signer self.crt -inkey self.key
	mount_profile p.mobileconfig key=self.key,cert=self.crt
	assert_line 'Nobody' mnt/.profilefs/signature
	edit
	openssl cms -verify -inform DER -purpose any -CAfile self.crt -in p.mobileconfig -out after
	assert_one_hunk plain after
}

it_keeps_the_rest_of_a_conflict_unsigned_and_private()
{
	with_signed
	mount_signed p.mobileconfig
	echo 3128 >mnt/$PORT
	sign plain p.mobileconfig rsa
	run profilefs umount --force mnt
	assert_status 1
	assert_one_hunk plain .p.mobileconfig.conflict
	assert_equal 600 "$(stat -c %a .p.mobileconfig.conflict)"
}

# --- others that verify -------------------------------------------------------------------------------

it_writes_what_gnutls_verifies()
{
	need certtool
	with_signed rsa
	mount_signed p.mobileconfig rsa
	edit
	certtool --p7-verify --inder --load-ca-certificate "$CA/ca.crt" <p.mobileconfig
}

run_tests "$@"
