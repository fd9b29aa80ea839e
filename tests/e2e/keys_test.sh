#!/usr/bin/env bash
# Where the key comes from: every kind of file, every source of its passphrase, and tokens.
. "$(dirname "$0")/lib.sh"
. "$E2E/token.sh"

NAME='Signed with another key'

# A plain profile as p.mobileconfig; before is a copy.
with_plain()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
}

# edit_with OPTIONS: one key is edited; the command is `run`.
edit_with()
{
	cp before p.mobileconfig
	run profilefs exec -o "$1" p.mobileconfig -- sh -c "echo '$NAME' >PayloadDisplayName"
}

# signs_with OPTIONS: the profile is signed, by somebody whom the CA knows, and nothing was said.
signs_with()
{
	edit_with "$1"
	assert_status 0
	assert_no_stderr
	content_of p.mobileconfig >after
	assert_value after PayloadDisplayName "'$NAME'"
}

# refused OPTIONS REGEX: one clear line, and the profile is as it was.
refused()
{
	edit_with "$1"
	assert_status 2
	assert_stderr "$2"
	assert_equal 1 "$(wc -l <"$T.run/stderr")" "the number of lines on stderr"
	assert_same before p.mobileconfig
}

# --- files --------------------------------------------------------------------------------------------

it_signs_with_a_key_in_pem_and_its_certificate()
{
	with_plain
	signs_with "key=$CA/ec.key,cert=$CA/ec.crt"
	signs_with "key=$CA/rsa.key,cert=$CA/rsa.crt"
}

it_signs_with_an_encrypted_key_whose_passphrase_comes_from_anywhere()
{
	local key="key=$CA/encrypted.key,cert=$CA/ec.crt"

	with_plain
	export SECRET='open sesame'
	signs_with "$key,passin=env:SECRET"
	signs_with "$key,passin=pass:open sesame"
	signs_with "$key,passin=file:$CA/passphrase"
	signs_with "$key,passin=fd:3" 3<"$CA/passphrase"
	signs_with "$key,passin=stdin" <"$CA/passphrase"
	refused "$key,passin=pass:wrong" 'encrypted.key: error: .*passphrase'
	refused "$key" 'encrypted.key: error: .*passin: pass:TEXT'
}

it_signs_with_keys_in_der()
{
	with_plain
	openssl pkcs8 -topk8 -nocrypt -in "$CA/ec.key" -outform DER -out key.der
	openssl pkcs8 -topk8 -in "$CA/ec.key" -outform DER -passout "file:$CA/passphrase" -out encrypted.der
	openssl x509 -in "$CA/ec.crt" -outform DER -out cert.der
	signs_with key=key.der,cert=cert.der
	signs_with "key=encrypted.der,cert=cert.der,passin=file:$CA/passphrase"
}

it_signs_with_pkcs_12()
{
	with_plain
	signs_with "key=$CA/bundle.p12,passin=file:$CA/passphrase"
	assert_equal 2 "$(signature_of p.mobileconfig | grep -c 'd.certificate:')" 'the number of certificates'
}

it_signs_with_pkcs_12_as_old_programs_encrypt_it()
{
	with_plain
	openssl pkcs12 -export -legacy -inkey "$CA/rsa.key" -in "$CA/rsa.crt" -certfile "$CA/ca.crt" \
		-passout "file:$CA/passphrase" -out old.p12 || skip "openssl has no provider legacy"
	signs_with "key=old.p12,passin=file:$CA/passphrase"
}

it_signs_with_key_certificate_and_chain_in_one_file()
{
	with_plain
	cat "$CA/ca.crt" "$CA/rsa.key" "$CA/rsa.crt" >bundle.pem
	signs_with key=bundle.pem
	{ printf '\357\273\277'; sed 's/$/\r/' bundle.pem; } >windows.pem
	signs_with key=windows.pem
	assert_equal 2 "$(signature_of p.mobileconfig | grep -c 'd.certificate:')" 'the number of certificates'
}

# Each file is asked for by its name, and what was entered for one is not tried on another.
it_asks_for_the_passphrase_of_each_file()
{
	with_plain
	openssl pkcs12 -export -nokeys -in "$CA/ec.crt" -passout pass:first -out cert.p12
	openssl pkcs12 -export -nokeys -in "$CA/ca.crt" -passout pass:second -out chain.p12
	"$PYTHON" "$E2E/keys.py" 'wait:Passphrase for cert.p12: ' 'send:first\r' 'wait:Passphrase for chain.p12: ' \
		'send:second\r' -- "$PROFILEFS" exec -o "key=$CA/ec.key,cert=cert.p12,chain=chain.p12" \
		p.mobileconfig -- sh -c "echo '$NAME' >PayloadDisplayName"
	content_of p.mobileconfig >after
	assert_value after PayloadDisplayName "'$NAME'"
}

it_signs_with_several_keys()
{
	with_plain
	signs_with "key=$CA/ec.key,key=$CA/rsa.key,cert=$CA/rsa.crt,cert=$CA/ec.crt"
	assert_equal 2 "$(signature_of p.mobileconfig | grep -c 'd.issuerAndSerialNumber:')" 'the number of signatures'
	signs_with "key=$CA/encrypted.key,key=$CA/rsa.key,cert=$CA/rsa.crt,cert=$CA/ec.crt,passin=stdin" \
		<"$CA/passphrase"
	refused "key=$CA/ec.key,key=$CA/ec.key,cert=$CA/ec.crt" 'ec.key: error: .*the same key'
	refused "key=$CA/ec.key,key=$CA/rsa.key,cert=$CA/ec.crt" 'error: .*is not the one of the key in .*rsa.key'
}

# --- tokens -------------------------------------------------------------------------------------------

# A token with the keys rsa (id A1) and ec (id A2).
with_token()
{
	make_token
	with_plain
	key_on_token "$CA/rsa.key" rsa A1
	key_on_token "$CA/ec.key" ec A2
}

it_signs_with_an_rsa_and_an_ec_key_of_a_token()
{
	with_token
	signs_with "key=pkcs11:token=prof;object=rsa,cert=$CA/rsa.crt,passin=env:PIN"
	signs_with "key=pkcs11:token=prof;object=ec,cert=$CA/ec.crt,passin=env:PIN"
	signs_with "key=pkcs11:id=%a2,cert=$CA/ec.crt,passin=env:PIN"
	signs_with "key=pkcs11:object=ec;type=private?pin-value=1234,cert=$CA/ec.crt"
	signs_with "key=pkcs11:object=ec?module-path=$PKCS11_MODULE_PATH&pin-value=1234,cert=$CA/ec.crt"
	printf '1234\n' >pin
	signs_with "key=pkcs11:object=ec?pin-source=file:$PWD/pin,cert=$CA/ec.crt"
}

it_finds_the_certificate_of_a_key_on_its_token()
{
	with_token
	cert_on_token "$CA/rsa.crt" rsa A1
	cert_on_token "$CA/ec.crt" 'another label' A2
	signs_with 'key=pkcs11:token=prof;object=rsa,passin=env:PIN'
	signs_with 'key=pkcs11:token=prof;object=ec,passin=env:PIN'
	cert_on_token "$CA/other.crt" rsa A4
	signs_with 'key=pkcs11:token=prof;object=rsa,passin=env:PIN'
	assert_equal 1 "$(signature_of p.mobileconfig | grep -c 'd.certificate:')" 'the number of certificates'
	signs_with 'key=pkcs11:token=prof;object=ec,cert=pkcs11:token=prof;id=%A2,passin=env:PIN'
	signs_with "key=$CA/rsa.key,cert=pkcs11:token=prof;object=rsa;type=cert"
	refused 'key=pkcs11:token=prof;object=ec,cert=pkcs11:object=none,passin=env:PIN' \
		'^pkcs11:object=none: error: .*no such certificate'
}

it_signs_in_the_background_with_a_key_of_a_token()
{
	with_token
	mount_profile p.mobileconfig "key=pkcs11:token=prof;object=rsa,cert=$CA/rsa.crt,passin=env:PIN"
	echo "$NAME" >mnt/PayloadDisplayName
	sync mnt
	echo 'Once more' >mnt/PayloadDisplayName
	umount_profile
	content_of p.mobileconfig >after
	assert_value after PayloadDisplayName "'Once more'"
}

it_signs_with_a_key_of_a_token_and_one_of_a_file()
{
	with_token
	signs_with "key=pkcs11:object=rsa,key=$CA/ec.key,cert=$CA/rsa.crt,cert=$CA/ec.crt,passin=env:PIN"
	signs_with "key=pkcs11:object=rsa,key=pkcs11:object=ec,cert=$CA/rsa.crt,cert=$CA/ec.crt,passin=stdin" <<<1234
	refused "key=pkcs11:object=ec,key=$CA/ec.key,cert=$CA/ec.crt,passin=env:PIN" 'ec.key: error: .*the same key'
}

it_says_that_a_pin_is_wrong_or_missing_and_never_shows_it()
{
	with_token
	refused "key=pkcs11:token=prof;object=ec,cert=$CA/ec.crt,passin=pass:9999" \
		"^pkcs11:token=prof;object=ec: error: the PIN does not open the token 'prof'"
	refused "key=pkcs11:object=ec?pin-value=9876,cert=$CA/ec.crt" '^pkcs11:object=ec: error: the PIN does not open'
	assert_no_stderr 9876
	printf '1234\0' >pin
	refused "key=pkcs11:object=ec,cert=$CA/ec.crt,passin=file:$PWD/pin" "the PIN for the token 'prof' has a NUL"
	refused "key=pkcs11:object=ec,cert=$CA/ec.crt" "the token 'prof' wants its PIN.*passin: pass:TEXT"
	signs_with "key=pkcs11:object=ec,cert=$CA/ec.crt,passin=env:PIN"
}

it_asks_for_the_pin_on_the_terminal()
{
	with_token
	cp before p.mobileconfig
	"$PYTHON" "$E2E/keys.py" 'wait:PIN for the token .prof.: ' 'send:1234\r' -- "$PROFILEFS" exec \
		-o "key=pkcs11:object=ec,cert=$CA/ec.crt" p.mobileconfig -- \
		sh -c "echo '$NAME' >PayloadDisplayName"
	content_of p.mobileconfig >after
	assert_value after PayloadDisplayName "'$NAME'"
}

# Some cards want the PIN for every signature; when the mount is saved nobody is there to ask.
it_signs_in_the_background_with_a_key_that_wants_its_pin_each_time()
{
	with_token
	need p11tool
	GNUTLS_PIN=1234 p11tool --provider "$PKCS11_MODULE_PATH" --batch --login --write --mark-always-authenticate \
		--load-privkey "$CA/other.key" --label other --id A3 'pkcs11:token=prof' >&2
	cert_on_token "$CA/other.crt" other A3
	mount_profile p.mobileconfig 'key=pkcs11:object=other,passin=env:PIN'
	echo "$NAME" >mnt/PayloadDisplayName
	umount_profile
	content_of p.mobileconfig >after
	assert_value after PayloadDisplayName "'$NAME'"
}

# The edits are kept, and the message says what is the matter.
it_says_that_a_token_is_gone()
{
	with_token
	mount_profile p.mobileconfig "key=pkcs11:object=rsa,cert=$CA/rsa.crt,passin=env:PIN"
	echo "$NAME" >mnt/PayloadDisplayName
	rm -r "$T.run/tokens"
	run profilefs umount mnt
	assert_status 1
	assert_stderr 'the token could not sign: it may have been unplugged'
	run profilefs umount --force mnt
	assert_exists .p.mobileconfig.rejected
}

it_says_which_token_or_key_is_not_there()
{
	with_token
	refused "key=pkcs11:token=profs;object=ec,cert=$CA/ec.crt,passin=env:PIN" "no such token.*'prof'"
	refused "key=pkcs11:object=es,cert=$CA/ec.crt,passin=env:PIN" 'no such private key.*object=ec;id=%A2'
	refused "key=pkcs11:token=prof,cert=$CA/ec.crt,passin=env:PIN" '2 private keys .*object=rsa;id=%A1'
	refused "key=pkcs11:slot-id=0,cert=$CA/ec.crt,passin=env:PIN" "'slot-id' .*not supported"
	refused "key=pkcs11:object=%zz,cert=$CA/ec.crt,passin=env:PIN" "'object' .*badly encoded"
	refused "key=pkcs11:object=ec,cert=$CA/rsa.crt,passin=env:PIN" 'rsa.crt: error: .*is not the one of the key'
	refused 'key=pkcs11:object=ec,passin=env:PIN' 'no certificate: give .*\(cert\)'
	PKCS11_MODULE_PATH=/nowhere.so
	refused "key=pkcs11:object=ec,cert=$CA/ec.crt,passin=env:PIN" 'module /nowhere.so cannot be loaded.*PKCS11_MODULE_PATH'
}

run_tests "$@"
