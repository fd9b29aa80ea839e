#!/usr/bin/env bash
# What profilefs signs is accepted by others that verify, and refused by them when one byte of it is changed; what it
# encrypts is decrypted by others: OpenSSL, GnuTLS, NSS, gpgsm and pkijs, each with its own reading of RFC 5652.
. "$(dirname "$0")/lib.sh"
. "$E2E/authority.sh"
. "$E2E/token.sh"

# Where scripts/setup puts it.
PKIJS=$ROOT/build/peers/node_modules

KEYS='p256 p384 rsa2048 rsa4096 pss'
OTHER_LEAVES='p256-chained rsa2048-chained p256-server p256-code p256-none rsa2048-server'

# What a profile was before: how `openssl cms -sign` made it.
CASES='
fresh
noattr   -noattr
ber      -stream
sha1     -md sha1
sha512   -md sha512
keyid    -keyid
'

# What a peer refuses by its own rules, whoever signed so. A line holds for versions that begin so; what another version
# makes of it is not asked.
#peer    version  profile        why
RULES='
gnutls   3.7      pss-sha512     its PKCS#7 takes every RSA-PSS for one with SHA-256
gpgsm    2.2      *-keyid        libksba reads only signers that are named by issuer and serial number
gpgsm    2.2      p384-noattr    it wants a hash as long as the curve, SHA-384 at least, and SHA-256 was kept
gpgsm    2.2      p384-ber       the same
gpgsm    2.2      p384-sha1      the same: SHA-1 became SHA-256
nss      2:3.87   pss-*          its CMS has no RSA-PSS
'

# --- what is signed -----------------------------------------------------------------------------------

small_profile()
{
	write_plist <<-XML
	<key>PayloadContent</key>
	<array/>
	<key>PayloadDisplayName</key>
	<string>$1</string>
	<key>PayloadIdentifier</key>
	<string>org.example.peers</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0000</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
	XML
}

# edit PROFILE KEY-KIND: one key, and signed.
edit()
{
	profilefs exec -o "key=$AUTHORITY/${2%%-*}.key,cert=$AUTHORITY/$2.crt" "$1" -- \
		sh -c 'echo Edited >PayloadDisplayName'
}

# sign_with KEY-KIND [OPTION...] PROFILE...: signed as they are.
sign_with()
{
	local leaf=$1

	shift
	profilefs sign --key="$AUTHORITY/${leaf%%-*}.key" --cert="$AUTHORITY/$leaf.crt" "$@"
}

# sign_as_others PLIST PROFILE [OPTIONS]: with another certificate than those that sign later.
sign_as_others()
{
	openssl cms -sign -binary -nodetach -nosmimecap -outform DER -in "$1" -out "$2" \
		-signer "$AUTHORITY/p256-none.crt" -inkey "$AUTHORITY/p256.key" "${@:3}"
}

# CASE.before: the profiles as somebody else signed them. Two will be edited, the others need not be.
make_sources()
{
	local name options content

	small_profile Before >plain
	small_profile Edited >edited
	while read -r name options; do
		case $name in
		'') continue ;;
		fresh | noattr) content=plain ;;
		*) content=edited ;;
		esac
		if [ -z "$options" ]; then
			cp $content "$name.before"
		else
			# shellcheck disable=SC2086 # a list of words
			sign_as_others $content "$name.before" $options
		fi
	done <<<"$CASES"
}

# tamper FILE...: FILE.content and FILE.signature, each with one byte changed. A signature is the last there is.
tamper()
{
	"$PYTHON" -c 'if True:
		import sys
		for path in sys.argv[1:]:
		    good = open(path, "rb").read()
		    content = good.replace(b"Edited", b"Edjted")
		    signature = good[:-1] + bytes([good[-1] ^ 1])
		    for name, bad in ("content", content), ("signature", signature):
		        assert sum(a != b for a, b in zip(good, bad)) == 1
		        open(f"{path}.{name}", "wb").write(bad)
		' "$@"
}

# KEY-CASE for every key and every case; KEY-chained, with an intermediate certificate; KEY-KIND, with a leaf for
# something else.
make_signed()
{
	local key name leaf

	for key in $KEYS; do
		for name in $(awk '{ print $1 }' <<<"$CASES"); do
			cp "$name.before" "$key-$name"
		done
		edit "$key-fresh" "$key-mail"
		edit "$key-noattr" "$key-mail"
		sign_with "$key-mail" "$key"-{ber,sha1,sha512,keyid}
		tamper "$key-fresh" "$key-noattr"
	done
	for leaf in $OTHER_LEAVES; do
		cp edited "$leaf"
		case $leaf in
		*-chained) sign_with "$leaf" --chain="$AUTHORITY/intermediate.crt" "$leaf" ;;
		*) sign_with "$leaf" "$leaf" ;;
		esac
	done
	rm ./*.before
}

# Everything that is verified, once for all tests of this file, is in the working directory from now on.
with_signed()
{
	local signed=$FOLDER/signed

	if [ ! -d "$signed" ]; then
		# shellcheck disable=SC2046,SC2086 # lists of words
		leaves $(printf '%s-mail ' $KEYS) $OTHER_LEAVES
		rm -rf "$signed.new"
		mkdir "$signed.new"
		cd "$signed.new"
		make_sources
		make_signed
		mv "$signed.new" "$signed"
	fi
	cd "$signed"
}

# --- peers --------------------------------------------------------------------------------------------
#
# verdicts_of_PEER FILE...: a line for each, "good FILE" or "bad FILE: why".

# each COMMAND FILE...: asks one by one.
each()
{
	local command=$1 file

	shift
	for file; do
		if "$command" "$file" >"$T/why" 2>&1; then
			echo "good $file"
		else
			echo "bad $file: $(tail -n 1 "$T/why")"
		fi
	done
}

ask_openssl()
{
	openssl cms -verify -inform DER -purpose any -CAfile "$AUTHORITY/root.crt" -in "$1" -out "$T/content" &&
		cmp "$T/content" edited
}

verdicts_of_openssl()
{
	each ask_openssl "$@"
}

ask_gnutls()
{
	certtool --p7-verify --inder --load-ca-certificate "$AUTHORITY/root.crt" <"$1"
}

verdicts_of_gnutls()
{
	each ask_gnutls "$@"
}

# ask_nss USAGE FILE...: NSS takes a certificate for one usage only: 1 a TLS server, 4 a sender of mail, 6 a signer of
# objects. It names every file, and has more to say of those that are bad.
ask_nss()
{
	printf '%s\n' "${@:2}" >"$T/files"
	{ stdbuf -o0 cmsutil -D -n -b -u "$1" -d "sql:$T/nss" -i "$T/files" 2>&1 || true; } | awk '
		function tell() { if (file != "") print (why == "" ? "good " file : "bad " file ": " why) }
		/^=+ .* =+$/ { tell(); file = $2; why = ""; next }
		{ why = $0 }
		END { tell() }'
}

verdicts_of_nss()
{
	local file others=()

	mkdir "$T/nss"
	certutil -N -d "sql:$T/nss" --empty-password
	certutil -A -d "sql:$T/nss" -n root -t C,C,C -i "$AUTHORITY/root.crt"
	for file; do
		case $file in
		*-server) ask_nss 1 "$file" ;;
		*-code) ask_nss 6 "$file" ;;
		*) others+=("$file") ;;
		esac
	done
	ask_nss 4 "${others[@]}"
}

# gpgsm's home, with an agent of its own; sockets need a short path.
with_gpg()
{
	GNUPGHOME=$(mktemp -d /tmp/gpg.XXXXXX)
	export GNUPGHOME
	trap 'gpgconf --kill gpg-agent; rm -rf "$GNUPGHOME"' EXIT
	printf 'disable-crl-checks\ndisable-dirmngr\n' >"$GNUPGHOME/gpgsm.conf"
	openssl x509 -in "$AUTHORITY/root.crt" -noout -fingerprint -sha1 |
		sed 's/.*=//; s/://g; s/$/ S relax/' >"$GNUPGHOME/trustlist.txt"
	gpgsm --batch --quiet --import "$AUTHORITY/root.crt"
}

ask_gpgsm()
{
	gpgsm --batch --verify "$1"
}

verdicts_of_gpgsm()
{
	with_gpg
	each ask_gpgsm "$@"
}

verdicts_of_pkijs()
{
	NODE_PATH=$PKIJS node "$E2E/peers/verify.js" "$AUTHORITY/root.crt" "$@"
}

# need_peer PEER: skips without it.
need_peer()
{
	case $1 in
	gnutls) need certtool ;;
	nss) need cmsutil certutil stdbuf ;;
	gpgsm) need gpgsm gpg-agent ;;
	pkijs)
		need node
		[ -d "$PKIJS/pkijs" ] || skip "pkijs is not installed (scripts/setup --peers installs it)"
		;;
	esac
}

# version_of PEER: what its lines in the table are about.
version_of()
{
	case $1 in
	gnutls) certtool --version | sed -n '1s/.* //p' ;;
	gpgsm) gpgsm --version | sed -n '1s/.* //p' ;;
	nss) dpkg-query -W -f '${Version}' libnss3-tools 2>/dev/null || echo unknown ;;
	esac
}

# --- what they say ------------------------------------------------------------------------------------

# rule_on PEER VERSION PROFILE: sets $rule to what the table says of it: refused, unknown or nothing.
rule_on()
{
	local peer version pattern why

	rule=
	while read -r peer version pattern why; do
		# shellcheck disable=SC2053 # a pattern
		if [ "$peer" = "$1" ] && [[ $3 == $pattern ]]; then
			[[ $2 == "$version"* ]] && rule=refused || rule=unknown
			return
		fi
	done <<<"$RULES"
}

# What PEER must say of every profile: good, unless a rule of its own is broken or a byte was changed.
expected_of()
{
	local version file rule

	version=$(version_of "$1" 2>/dev/null || true)
	for file in *-*; do
		rule_on "$1" "$version" "${file%.*}"
		case $file:$rule in
		*:unknown | *.*:refused) ;;
		*.*:* | *:refused) echo "bad $file" ;;
		*) echo "good $file" ;;
		esac
	done
}

# verified_by PEER: it says what it must.
verified_by()
{
	need_peer "$1"
	with_signed
	expected_of "$1" >"$T/expected"
	# shellcheck disable=SC2046 # names without blanks
	"verdicts_of_$1" $(cut -d' ' -f2 "$T/expected") >"$T/said"
	sed 's/:.*//' "$T/said" | sort >"$T/got"
	sort "$T/expected" | diff - "$T/got" ||
		fail "expected: the lines of < (bad without a dot: by a rule of the peer's)" "got:      $(cat "$T/said")"
}

it_signs_what_openssl_verifies()
{
	verified_by openssl
}

it_signs_what_gnutls_verifies()
{
	verified_by gnutls
}

it_signs_what_nss_verifies()
{
	verified_by nss
}

it_signs_what_gpgsm_verifies()
{
	verified_by gpgsm
}

it_signs_what_pkijs_verifies()
{
	verified_by pkijs
}

# With P-256 and RSA-2048, signed_test.sh sees to it.
it_keeps_the_form_of_the_old_signature_with_every_kind_of_key()
{
	local key

	with_signed
	for key in p384 rsa4096 pss; do
		signature_of "$key-sha1" >"$T/sha1"
		assert_line 'algorithm: sha256' "$T/sha1"
		assert_no_line 'algorithm: sha1 ' "$T/sha1"
		signature_of "$key-sha512" >"$T/sha512"
		assert_line 'algorithm: sha512' "$T/sha512"
		assert_no_line 'sha256' "$T/sha512"
		signature_of "$key-noattr" >"$T/noattr"
		assert_no_line 'messageDigest' "$T/noattr"
		signature_of "$key-keyid" >"$T/keyid"
		assert_line 'd.subjectKeyIdentifier:' "$T/keyid"
		assert_equal 3082 "$(head -c 2 "$key-ber" | xxd -p)"
	done
}

# --- keys that are not in a PEM file ------------------------------------------------------------------

# edited_with OPTIONS: a profile that is edited and signed so is good for the peers that are there.
edited_with()
{
	local peer

	small_profile Before >p.mobileconfig
	small_profile Edited >edited
	profilefs exec -o "$1" p.mobileconfig -- sh -c 'echo Edited >PayloadDisplayName'
	for peer in openssl gnutls nss gpgsm; do
		(
			skip()
			{
				echo "$*"
				exit 0
			}
			need_peer "$peer"
			"verdicts_of_$peer" p.mobileconfig >said
			assert_file said $'good p.mobileconfig\n'
		)
	done
}

it_signs_with_a_token_what_all_of_them_verify()
{
	make_token
	leaves rsa2048-mail
	key_on_token "$AUTHORITY/rsa2048.key" signing A1
	cert_on_token "$AUTHORITY/rsa2048-mail.crt" signing A1
	edited_with 'key=pkcs11:token=prof;object=signing,passin=env:PIN'
}

it_signs_with_a_pkcs_12_file_what_all_of_them_verify()
{
	leaves p256-chained
	echo 'open sesame' >pw
	openssl pkcs12 -export -inkey "$AUTHORITY/p256.key" -in "$AUTHORITY/p256-chained.crt" \
		-certfile "$AUTHORITY/intermediate.crt" -passout file:pw -out id.p12
	edited_with key=id.p12,passin=file:pw
}

# --- encryption ---------------------------------------------------------------------------------------

# encrypt_for READER...: cipher is what p.mobileconfig holds then, payloads what it has to be.
encrypt_for()
{
	make_profile p.mobileconfig
	"$PYTHON" "$E2E/plists.py" get p.mobileconfig PayloadContent >payloads
	# shellcheck disable=SC2046 # a list of options
	profilefs encrypt $(printf -- "--recipient=$AUTHORITY/%s.crt " "$@") p.mobileconfig
	"$PYTHON" "$E2E/covered.py" cipher p.mobileconfig >cipher
}

# The bytes on stdin are the payloads as they were.
assert_decrypted()
{
	cat >decrypted
	"$PYTHON" "$E2E/plists.py" get decrypted '' >got
	assert_same payloads got
}

it_encrypts_what_openssl_decrypts_for_each_recipient()
{
	local reader

	leaves {rsa2048,p256,p384}-reader
	encrypt_for {rsa2048,p256,p384}-reader
	for reader in rsa2048 p256 p384; do
		openssl cms -decrypt -inform DER -in cipher -recip "$AUTHORITY/$reader-reader.crt" \
			-inkey "$AUTHORITY/$reader.key" | assert_decrypted
	done
}

# NSS 3.87 reads no message that is for an EC key, too.
it_encrypts_what_nss_decrypts()
{
	need cmsutil certutil pk12util
	leaves rsa2048-reader
	encrypt_for rsa2048-reader
	mkdir nss
	certutil -N -d sql:nss --empty-password
	openssl pkcs12 -export -inkey "$AUTHORITY/rsa2048.key" -in "$AUTHORITY/rsa2048-reader.crt" -passout pass:x \
		-out id.p12
	pk12util -i id.p12 -d sql:nss -W x -K ''
	cmsutil -D -d sql:nss -i cipher | assert_decrypted
}

it_encrypts_what_gpgsm_decrypts()
{
	need_peer gpgsm
	leaves {rsa2048,p256}-reader
	encrypt_for {rsa2048,p256}-reader
	with_gpg
	echo allow-loopback-pinentry >"$GNUPGHOME/gpg-agent.conf"
	echo x >pw
	# It reads PKCS#12 in the old form only.
	openssl pkcs12 -export -inkey "$AUTHORITY/rsa2048.key" -in "$AUTHORITY/rsa2048-reader.crt" -passout file:pw \
		-out id.p12 -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
	gpgsm --batch --quiet --pinentry-mode loopback --passphrase-fd 3 --import id.p12 3<pw
	gpgsm --batch --quiet --pinentry-mode loopback --passphrase-fd 3 --decrypt cipher 3<pw | assert_decrypted
}

run_tests "$@"
