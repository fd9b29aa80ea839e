#!/usr/bin/env bash
# encrypt and decrypt: payloads for those whose certificates were named, and back with every byte.
. "$(dirname "$0")/lib.sh"

FOR=$FOLDER/recipients

make_recipient()
{
	openssl req -x509 -newkey "$2" -pkeyopt "$3" -nodes -keyout "$1.key" -out "$1.crt" \
		-subj "/O=Example Ltd/CN=Device $1" -days "${4:-30}" -addext "keyUsage=critical,${5:-keyEncipherment}"
}

make_recipients_in()
{
	cd "$1"
	make_recipient rsa rsa rsa_keygen_bits:2048
	make_recipient ec ec ec_paramgen_curve:P-256 30 keyAgreement
	make_recipient other rsa rsa_keygen_bits:2048
	make_recipient signer ec ec_paramgen_curve:P-256 30 digitalSignature
	openssl req -x509 -newkey ed25519 -nodes -keyout ed.key -out ed.crt -subj /CN=ed -days 30
	openssl pkcs8 -topk8 -in rsa.key -v2 aes-256-cbc -passout 'pass:open sesame' -out encrypted.key
}

# Makes $FOR once for all tests: NAME.key and NAME.crt for rsa, ec, other, signer, ed; encrypted.key (of rsa.crt).
make_recipients()
{
	[ ! -d "$FOR" ] || return 0
	mkdir "$FOR.new"
	(make_recipients_in "$FOR.new") >"$FOR.log" 2>&1 || fail "no certificates could be made" "$(cat "$FOR.log")"
	mv "$FOR.new" "$FOR"
}

# encrypt_for "NAME..." ARGUMENT...
encrypt_for()
{
	local name recipients=()

	make_recipients
	for name in $1; do
		recipients+=("--recipient=$FOR/$name.crt")
	done
	run profilefs encrypt "${recipients[@]}" "${@:2}"
}

# decrypt_as NAME ARGUMENT...
decrypt_as()
{
	run profilefs decrypt --key="$FOR/$1.key" --cert="$FOR/$1.crt" "${@:2}"
}

# The example, encrypted for RSA and EC; plain is what it was.
make_encrypted()
{
	make_profile p.mobileconfig
	cp p.mobileconfig plain
	encrypt_for 'rsa ec' p.mobileconfig
	assert_status 0
	cp p.mobileconfig before
}

# payloads_of PROFILE NAME: what openssl decrypts with that recipient's key.
payloads_of()
{
	"$PYTHON" -c 'if True:
		import plistlib, sys
		profile = plistlib.load(open(sys.argv[1], "rb"))
		assert profile["IsEncrypted"] is True and "PayloadContent" not in profile
		sys.stdout.buffer.write(profile["EncryptedPayloadContent"])
		' "$1" | openssl cms -decrypt -inform DER -inkey "$FOR/$2.key" -recip "$FOR/$2.crt"
}

# --- there and back -----------------------------------------------------------------------------------

it_encrypts_for_every_recipient()
{
	make_encrypted
	assert_no_line 'com\.apple\.wifi|correct horse|open sesame' p.mobileconfig
	payloads_of p.mobileconfig rsa >rsa.plist
	payloads_of p.mobileconfig ec >ec.plist
	assert_same rsa.plist ec.plist
	"$PYTHON" -c 'if True:
		import plistlib, sys
		was, payloads = (plistlib.load(open(name, "rb")) for name in sys.argv[1:])
		assert was["PayloadContent"] == payloads
		' plain rsa.plist
	assert_value p.mobileconfig PayloadDisplayName "'Example enrolment'"
}

it_gives_every_byte_back_to_every_recipient()
{
	make_encrypted
	for name in rsa ec; do
		decrypt_as $name -o $name.mobileconfig p.mobileconfig
		assert_status 0
		assert_no_stderr
		assert_same plain $name.mobileconfig
	done
	decrypt_as rsa p.mobileconfig
	assert_status 0
	assert_same plain p.mobileconfig
}

it_gives_every_byte_back_with_other_line_ends()
{
	make_profile plain
	sed 's/$/\r/' plain >crlf
	encrypt_for ec -o p.mobileconfig crlf
	assert_status 0
	decrypt_as ec p.mobileconfig
	assert_status 0
	assert_same crlf p.mobileconfig
}

it_gives_every_value_of_a_binary_profile_back()
{
	make_binary p.mobileconfig
	cp p.mobileconfig plain
	encrypt_for ec p.mobileconfig
	assert_status 0
	assert_equal bplist00 "$(head -c 8 p.mobileconfig)"
	decrypt_as ec p.mobileconfig
	assert_status 0
	assert_equal bplist00 "$(head -c 8 p.mobileconfig)"
	assert_changes plain p.mobileconfig </dev/null
}

it_decrypts_with_the_key_alone_and_with_a_passphrase()
{
	make_encrypted
	run profilefs decrypt --key="$FOR/ec.key" -o a p.mobileconfig
	assert_status 0
	assert_same plain a
	run profilefs decrypt --key="$FOR/encrypted.key" --passin='pass:open sesame' -o b p.mobileconfig
	assert_status 0
	assert_same plain b
	run profilefs decrypt --key="$FOR/encrypted.key" --passin='pass:close sesame' -o c p.mobileconfig
	assert_status 2
	assert_stderr 'encrypted\.key: error: '
	assert_no_stderr sesame
	assert_missing c
}

it_encrypts_for_all_of_a_file_with_several_certificates()
{
	make_profile p.mobileconfig
	make_recipients
	cat "$FOR/rsa.crt" "$FOR/other.crt" >devices.pem
	run profilefs encrypt --recipient=devices.pem --recipient="$FOR/rsa.crt" p.mobileconfig
	assert_status 0
	assert_stderr '^devices\.pem: note: it holds 2 recipients: CN=Device rsa.*; CN=Device other'
	payloads_of p.mobileconfig rsa >a
	payloads_of p.mobileconfig other >b
	assert_same a b
}

it_opens_a_recipients_file_with_the_passphrase()
{
	make_profile p.mobileconfig
	make_recipients
	openssl pkcs12 -export -inkey "$FOR/rsa.key" -in "$FOR/rsa.crt" -passout 'pass:open sesame' -out rsa.p12
	run profilefs encrypt --recipient=rsa.p12 -o out p.mobileconfig
	assert_status 2
	assert_stderr '^rsa\.p12: error: .*openssl pkcs12 -nokeys'
	run profilefs encrypt --recipient=rsa.p12 --passin='pass:close sesame' -o out p.mobileconfig
	assert_status 2
	assert_stderr '^rsa\.p12: error: the passphrase does not open it'
	run profilefs encrypt --recipient=rsa.p12 --passin=pass:a --passin=pass:b -o out p.mobileconfig
	assert_status 2
	assert_stderr 'give --passin once'
	run profilefs encrypt --passin=pass:a p.mobileconfig
	assert_status 2
	assert_missing out
	run profilefs encrypt --recipient=rsa.p12 --passin='pass:open sesame' -o out p.mobileconfig
	assert_status 0
	payloads_of out rsa >payloads
	assert_line 'com\.apple\.wifi\.managed' payloads
}

it_is_a_filter_for_the_standard_input()
{
	make_profile plain
	make_recipients
	profilefs encrypt --recipient="$FOR/ec.crt" - <plain | profilefs decrypt --key="$FOR/ec.key" - | cmp plain -
}

# --- what does not decrypt ----------------------------------------------------------------------------

it_says_whose_key_is_wanted_when_it_has_another()
{
	make_encrypted
	decrypt_as other -o out p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: .*CN=Device rsa.*CN=Device ec'
	run profilefs decrypt --key="$FOR/other.key" -o out p.mobileconfig
	assert_failed
	assert_stderr '^p\.mobileconfig: error: '
	assert_missing out
	assert_same before p.mobileconfig
}

it_takes_no_certificate_that_is_not_the_key_s()
{
	make_encrypted
	run profilefs decrypt --key="$FOR/rsa.key" --cert="$FOR/rsa.crt" --cert="$FOR/other.crt" -o out p.mobileconfig
	assert_status 2
	assert_stderr 'other\.crt: error: the certificate of CN=Device other.* is not the one of the key'
	assert_missing out
}

it_says_how_to_find_the_recipients_certificates()
{
	make_encrypted
	encrypt_for rsa -o p.mobileconfig plain
	run profilefs decrypt --key="$FOR/ec.key" -o out p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: none of the recipients.*openssl x509 -noout -issuer -serial.*serial number [0-9A-F]+$'
}

# A CBC cipher gives something for any bytes, but no profile.
it_refuses_what_is_damaged()
{
	make_encrypted
	"$PYTHON" -c 'if True:
		import plistlib, sys
		profile = plistlib.load(open(sys.argv[1], "rb"))
		cipher = bytearray(profile["EncryptedPayloadContent"])
		cipher[-40] ^= 1
		profile["EncryptedPayloadContent"] = bytes(cipher)
		plistlib.dump(profile, open("flipped", "wb"), sort_keys=False)
		profile["EncryptedPayloadContent"] = bytes(cipher[:-100])
		plistlib.dump(profile, open("cut", "wb"), sort_keys=False)
		profile["EncryptedPayloadContent"] = b"nothing"
		plistlib.dump(profile, open("nothing", "wb"), sort_keys=False)
		' p.mobileconfig
	run profilefs check cut nothing
	assert_status 1
	! grep 'were not checked' "$T.run/stdout" || fail "it was said that garbage can be decrypted"
	for file in cut nothing; do
		assert_stdout "^$file:[0-9]+:[0-9]+: error: EncryptedPayloadContent: the encrypted content is no CMS.*\\[not-a-profile\\]$"
	done
	for file in flipped cut nothing; do
		cp $file $file.was
		decrypt_as rsa $file
		assert_failed
		assert_stderr "^$file:?.* error: "
		assert_same $file.was $file
		decrypt_as rsa -o out $file
		assert_failed
		assert_missing out
	done
}

it_has_nothing_to_decrypt_in_a_plain_profile()
{
	make_profile p.mobileconfig
	make_recipients
	decrypt_as rsa p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: .*not encrypted'
}

it_does_not_encrypt_twice()
{
	make_encrypted
	encrypt_for ec p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: .*already: decrypt it first'
	assert_same before p.mobileconfig
}

it_refuses_what_nothing_can_be_encrypted_for()
{
	make_profile p.mobileconfig
	cp p.mobileconfig before
	for name in ed signer none; do
		encrypt_for $name p.mobileconfig
		assert_status 2
		assert_stderr "$name\.crt: error: "
	done
	run profilefs encrypt p.mobileconfig
	assert_status 2
	assert_stderr '--recipient=CERT'
	encrypt_for rsa --recipient= p.mobileconfig
	assert_status 2
	assert_stderr '--recipient is empty'
	run profilefs decrypt p.mobileconfig
	assert_status 2
	assert_stderr '--key=FILE'
	assert_same before p.mobileconfig
}

it_warns_once_that_devices_may_not_read_for_an_ec_key()
{
	make_profile p.mobileconfig
	cp p.mobileconfig q.mobileconfig
	encrypt_for 'rsa ec' p.mobileconfig q.mobileconfig
	assert_status 0
	assert_equal 1 "$(grep -c 'ec\.crt: warning: .*give an RSA certificate' "$T.run/stderr")" "how often it was said"
	encrypt_for rsa -o out q.mobileconfig
	assert_no_stderr 'warning: '
}

# --- signatures ---------------------------------------------------------------------------------------

it_says_once_that_it_should_be_signed_too()
{
	make_profile a.mobileconfig
	cp a.mobileconfig b.mobileconfig
	encrypt_for ec a.mobileconfig b.mobileconfig
	assert_status 0
	assert_equal 1 "$(grep -c 'note: .*--key=FILE' "$T.run/stderr")" "how often it was said"
	encrypt_for rsa a.mobileconfig
	assert_status 2
	assert_no_stderr 'note: '
}

it_signs_what_it_encrypted_when_a_key_is_given()
{
	make_profile p.mobileconfig
	cp p.mobileconfig plain
	encrypt_for rsa --key="$CA/ec.key" --cert="$CA/ec.crt" --chain="$CA/ca.crt" --digest=sha384 p.mobileconfig
	assert_status 0
	assert_no_stderr
	content_of p.mobileconfig >encrypted
	payloads_of encrypted rsa >payloads
	assert_line 'com\.apple\.wifi\.managed' payloads
	signature_of p.mobileconfig >signature
	assert_line 'sha384' signature
	cp p.mobileconfig before
	decrypt_as rsa p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: it is signed.*--unsign'
	assert_same before p.mobileconfig
	decrypt_as rsa -o out p.mobileconfig
	assert_status 0
	assert_stderr '^p\.mobileconfig: warning: it is signed.*profilefs sign'
	assert_same plain out
	decrypt_as rsa -o /dev/full p.mobileconfig
	assert_status 2
	assert_no_stderr 'warning: '
	chmod 600 p.mobileconfig
	decrypt_as rsa --unsign p.mobileconfig
	assert_status 0
	assert_no_stderr
	assert_same plain p.mobileconfig
}

it_needs_a_key_for_what_was_signed()
{
	make_profile plain
	sign plain p.mobileconfig rsa -md sha512
	cp p.mobileconfig before
	encrypt_for ec p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: it is signed.*--key=FILE.*--unsign'
	assert_no_stderr 'note: '
	assert_same before p.mobileconfig
	encrypt_for ec --key="$CA/rsa.key" --cert="$CA/rsa.crt" -o signed p.mobileconfig
	assert_status 0
	content_of signed >encrypted
	payloads_of encrypted ec >payloads
	signature_of signed >signature
	assert_line 'algorithm: sha512' signature
	encrypt_for ec --unsign p.mobileconfig
	assert_status 0
	payloads_of p.mobileconfig ec >unsigned
	assert_same payloads unsigned
	run profilefs encrypt --recipient="$FOR/ec.crt" --unsign --key="$CA/rsa.key" --cert="$CA/rsa.crt" plain
	assert_status 2
	assert_stderr 'give one of them'
}

it_does_not_open_what_somebody_changed()
{
	make_encrypted
	sign p.mobileconfig signed
	sed -i 's/Example enrolment/Another enrolment/' signed
	decrypt_as ec -o out signed
	assert_status 1
	assert_stderr '^signed: error: .*\[bad-signature\]$'
	assert_missing out
	decrypt_as ec -o out --force --unsign signed
	assert_status 0
	assert_stderr '^signed: warning: .*\[bad-signature\]$'
	assert_exists out
}

# --- files --------------------------------------------------------------------------------------------

it_lets_nobody_else_read_a_new_file_with_secrets()
{
	make_encrypted
	chmod 644 p.mobileconfig
	decrypt_as ec -o new p.mobileconfig
	assert_status 0
	assert_equal 600 "$(stat -c %a new)"
	: >old
	chmod 640 old
	decrypt_as ec -o old p.mobileconfig
	assert_status 0
	assert_equal 640 "$(stat -c %a old)"
	encrypt_for ec -o again old
	assert_status 0
	assert_equal 640 "$(stat -c %a again)"
	decrypt_as ec p.mobileconfig
	assert_status 0
	assert_stderr '^p\.mobileconfig: note: .*644.*600'
	assert_equal 600 "$(stat -c %a p.mobileconfig)"
	cp before p.mobileconfig
	decrypt_as ec - <p.mobileconfig -o stream
	assert_status 0
	assert_equal 600 "$(stat -c %a stream)"
}

it_does_not_change_what_is_mounted()
{
	with_profile
	encrypt_for ec p.mobileconfig
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: it is mounted already'
	encrypt_for ec -o p.mobileconfig before
	assert_status 2
	assert_stderr '^p\.mobileconfig: error: it is mounted already'
	umount_profile
	assert_same before p.mobileconfig
}

it_goes_on_after_a_profile_that_cannot_be_decrypted()
{
	make_encrypted
	cp p.mobileconfig q.mobileconfig
	cp plain not.mobileconfig
	mkdir out
	decrypt_as ec -o out p.mobileconfig not.mobileconfig none.mobileconfig q.mobileconfig
	assert_status 2
	assert_same plain out/p.mobileconfig
	assert_same plain out/q.mobileconfig
	assert_equal 'p.mobileconfig q.mobileconfig' "$(ls out | tr '\n' ' ' | sed 's/ $//')"
}

it_warns_of_an_expired_recipient()
{
	make_profile p.mobileconfig
	make_recipients
	openssl x509 -in "$FOR/rsa.crt" -signkey "$FOR/rsa.key" -days -1 -out expired.crt 2>/dev/null ||
		skip "no expired certificate can be made"
	run profilefs encrypt --recipient=expired.crt -E expired -o out p.mobileconfig
	assert_failed
	assert_stderr '^expired\.crt: error: .*\[expired\]$'
	assert_missing out
	run profilefs encrypt --recipient=expired.crt -o out p.mobileconfig
	assert_status 0
	assert_stderr '^expired\.crt: warning: .*\[expired\]$'
	run profilefs encrypt --recipient=expired.crt -O expired -o out p.mobileconfig
	assert_status 0
	assert_no_stderr expired
}

run_tests "$@"
