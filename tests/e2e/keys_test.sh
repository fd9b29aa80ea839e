#!/usr/bin/env bash
# Where the key comes from: every kind of file, every source of its passphrase, and tokens.
. "$(dirname "$0")/lib.sh"

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
	refused "$key" 'encrypted.key: error: .*passin='
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

# The module of SoftHSM; empty: there is none.
softhsm_module()
{
	local path

	for path in /usr/lib/softhsm /usr/lib64/softhsm /usr/lib64/pkcs11 /usr/lib/*/softhsm /usr/local/lib/softhsm \
		/opt/homebrew/lib/softhsm; do
		if [ -e "$path/libsofthsm2.so" ]; then
			echo "$path/libsofthsm2.so"
			return
		fi
	done
}

# True if OpenSSL can use the keys of tokens.
has_bridge()
{
	local engines modules

	engines=$(openssl version -e | sed 's/.*"\(.*\)"/\1/')
	modules=$(openssl version -m | sed 's/.*"\(.*\)"/\1/')
	[ -e "$engines/pkcs11.so" ] || [ -e "$modules/pkcs11.so" ]
}

# put_on_token NAME ID
put_on_token()
{
	openssl pkcs8 -topk8 -nocrypt -in "$CA/$1.key" -out "$T.run/$1.p8"
	softhsm2-util --import "$T.run/$1.p8" --token prof --label "$1" --id "$2" --pin 1234 >&2
	rm "$T.run/$1.p8"
}

# configure_softhsm FOLDER: where its tokens are.
configure_softhsm()
{
	printf '%s\n' "directories.tokendir = $1" 'objectstore.backend = file' 'log.level = ERROR' >"$SOFTHSM2_CONF"
}

# Makes the token that the tests get a copy of, once.
make_token()
{
	[ ! -d "$FOLDER/tokens" ] || return 0
	mkdir "$FOLDER/tokens.new"
	configure_softhsm "$FOLDER/tokens.new"
	softhsm2-util --init-token --free --label prof --so-pin 5678 --pin 1234 >&2
	put_on_token rsa A1
	put_on_token ec A2
	mv "$FOLDER/tokens.new" "$FOLDER/tokens"
}

# A token "prof" with the keys rsa (id A1) and ec (id A2) and the PIN 1234.
with_token()
{
	need softhsm2-util
	has_bridge || skip "OpenSSL has neither a provider nor an engine pkcs11"
	PKCS11_MODULE_PATH=$(softhsm_module)
	[ -n "$PKCS11_MODULE_PATH" ] || skip "the module of softhsm2 is nowhere to be found"
	SOFTHSM2_CONF=$T.run/softhsm2.conf
	export PKCS11_MODULE_PATH SOFTHSM2_CONF PIN=1234
	with_plain
	make_token
	cp -r "$FOLDER/tokens" "$T.run/tokens"
	configure_softhsm "$T.run/tokens"
}

# cert_on_token NAME ID [LABEL]
cert_on_token()
{
	need p11tool
	GNUTLS_PIN=1234 p11tool --provider "$PKCS11_MODULE_PATH" --batch --login --write \
		--load-certificate "$CA/$1.crt" --label "${3:-$1}" --id "$2" 'pkcs11:token=prof' >&2
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
	cert_on_token rsa A1
	cert_on_token ec A2 'another label'
	signs_with 'key=pkcs11:token=prof;object=rsa,passin=env:PIN'
	signs_with 'key=pkcs11:token=prof;object=ec,passin=env:PIN'
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
	refused "key=pkcs11:object=ec,cert=$CA/ec.crt" "the token 'prof' wants its PIN.*passin="
	signs_with "key=pkcs11:object=ec,cert=$CA/ec.crt,passin=env:PIN"
}

it_asks_for_the_pin_on_the_terminal()
{
	with_token
	cp before p.mobileconfig
	"$PYTHON" "$E2E/keys.py" 'wait:PIN for prof: ' 'send:1234\r' -- "$PROFILEFS" exec \
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
	cert_on_token other A3
	mount_profile p.mobileconfig 'key=pkcs11:object=other,passin=env:PIN'
	echo "$NAME" >mnt/PayloadDisplayName
	umount_profile
	content_of p.mobileconfig >after
	assert_value after PayloadDisplayName "'$NAME'"
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
	refused 'key=pkcs11:object=ec,passin=env:PIN' 'no certificate: give .*cert='
	PKCS11_MODULE_PATH=/nowhere.so
	refused "key=pkcs11:object=ec,cert=$CA/ec.crt,passin=env:PIN" 'module /nowhere.so cannot be loaded.*PKCS11_MODULE_PATH'
}

run_tests "$@"
