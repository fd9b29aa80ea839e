# What the end-to-end tests work on: certificates and keys, and profiles. Sourced by lib.sh.

CA=$E2E_DIR/ca

# --- certificates and keys ----------------------------------------------------------------------------

# make_leaf NAME: a certificate for NAME.key.
make_leaf()
{
	openssl req -new -key "$1.key" -subj "/O=Example Ltd/CN=Profile signing ($1)" -out "$1.csr"
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile leaf.ext \
		-out "$1.crt"
	rm "$1.csr"
}

make_ca_in()
{
	cd "$1"
	openssl ecparam -name prime256v1 -genkey -noout -out ca.key
	openssl req -x509 -new -key ca.key -subj "/O=Example Ltd/CN=Example CA" -days 30 -out ca.crt
	printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n' >leaf.ext
	openssl ecparam -name prime256v1 -genkey -noout -out ec.key
	openssl ecparam -name prime256v1 -genkey -noout -out other.key
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key
	openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key
	openssl genpkey -algorithm ED25519 -out ed.key
	for leaf in ec other rsa pss ed; do
		make_leaf $leaf
	done
	printf 'open sesame' >passphrase
	openssl pkcs8 -topk8 -in ec.key -v2 aes-256-cbc -passout file:passphrase -out encrypted.key
	openssl pkcs12 -export -inkey ec.key -in ec.crt -certfile ca.crt -passout file:passphrase -out bundle.p12
}

# Makes $CA once for all test files: ca.crt; NAME.key and NAME.crt for ec, other, rsa, pss, ed;
# encrypted.key (of ec.crt) and bundle.p12 with their passphrase.
make_ca()
{
	[ ! -d "$CA" ] || return 0
	mkdir "$CA.new"
	(make_ca_in "$CA.new") >"$CA.log" 2>&1 || fail "no certificates could be made" "$(cat "$CA.log")"
	mv "$CA.new" "$CA"
}

# sign PLIST PROFILE [SIGNER [OPTIONS]]: DER, SHA-256, with the CA's certificate.
sign()
{
	local plist=$1 profile=$2 signer=${3:-ec}

	shift $(($# < 3 ? 2 : 3))
	make_ca
	openssl cms -sign -binary -nodetach -nosmimecap -outform DER -in "$plist" -out "$profile" \
		-signer "$CA/$signer.crt" -inkey "$CA/$signer.key" -certfile "$CA/ca.crt" "$@"
}

# content_of PROFILE: the plist in a signed profile, if its signature is good and chains to the CA.
content_of()
{
	openssl cms -verify -inform DER -purpose any -CAfile "$CA/ca.crt" -in "$1" 2>"$T.run/cms" ||
		fail "expected: $1 verifies" "got:      $(cat "$T.run/cms")"
}

# What `openssl cms -cmsout -print` says of a signature.
signature_of()
{
	openssl cms -cmsout -print -inform DER -in "$1"
}

# --- profiles -----------------------------------------------------------------------------------------

WIFI=PayloadContent/com.apple.wifi.managed
MDM=PayloadContent/com.apple.mdm
ALL=PayloadContent/org.example.everything

# write_plist < BODY: the body of the top dict, one tab in, as a whole plist on stdout.
write_plist()
{
	cat <<-'XML'
	<?xml version="1.0" encoding="UTF-8"?>
	<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
	<plist version="1.0">
	<dict>
	XML
	cat
	printf '</dict>\n</plist>\n'
}

# payload TYPE NAME NUMBER < BODY: a payload's dict, as an element of PayloadContent.
payload()
{
	printf '\t\t<dict>\n'
	cat
	cat <<XML
			<key>PayloadDisplayName</key>
			<string>$2</string>
			<key>PayloadIdentifier</key>
			<string>org.example.enrolment.$3</string>
			<key>PayloadType</key>
			<string>$1</string>
			<key>PayloadUUID</key>
			<string>5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E00$3</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
XML
}

# profile_around < PAYLOADS
profile_around()
{
	{
		printf '\t<key>PayloadContent</key>\n\t<array>\n'
		cat
		cat <<'XML'
	</array>
	<key>PayloadDisplayName</key>
	<string>Example enrolment</string>
	<key>PayloadIdentifier</key>
	<string>org.example.enrolment</string>
	<!-- Who to ask -->
	<key>PayloadOrganization</key>
	<string>Example Ltd</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0000</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
XML
	} | write_plist
}

certificate_payload()
{
	payload com.apple.security.pem "Example CA" 01 <<XML
			<key>PayloadCertificateFileName</key>
			<string>example-ca.cer</string>
			<key>PayloadContent</key>
			<data>
$(openssl x509 -in "$CA/ca.crt" -outform DER | base64 -w 52 | sed 's/^/\t\t\t/')
			</data>
XML
}

scep_payload()
{
	payload com.apple.security.scep "Device identity" 02 <<'XML'
			<key>PayloadContent</key>
			<dict>
				<key>URL</key>
				<string>https://scep.example.org/scep</string>
				<key>Name</key>
				<string>EXAMPLE-CA</string>
				<key>Subject</key>
				<array>
					<array>
						<array>
							<string>O</string>
							<string>Example Ltd</string>
						</array>
					</array>
					<array>
						<array>
							<string>CN</string>
							<string>Device %SerialNumber%</string>
						</array>
					</array>
				</array>
				<key>Challenge</key>
				<string>open sesame</string>
				<key>Keysize</key>
				<integer>2048</integer>
				<key>Key Type</key>
				<string>RSA</string>
				<key>Key Usage</key>
				<integer>5</integer>
			</dict>
XML
}

mdm_payload()
{
	payload com.apple.mdm "Device management" 03 <<'XML'
			<key>AccessRights</key>
			<integer>8191</integer> <!-- all of them -->
			<key>CheckInURL</key>
			<string>https://mdm.example.org/checkin</string>
			<key>CheckOutWhenRemoved</key>
			<true/>
			<key>IdentityCertificateUUID</key>
			<string>5A0C7E52-3D0B-4C5E-8B66-9D3C5B1E0002</string>
			<key>PromptUserToAllowBootstrapTokenForAuthentication</key>
			<true/>
			<key>ServerCapabilities</key>
			<array>
				<string>com.apple.mdm.per-user-connections</string>
				<string>com.apple.mdm.bootstraptoken</string>
			</array>
			<key>ServerURL</key>
			<string>https://mdm.example.org/server</string>
			<key>Topic</key>
			<string>com.apple.mgmt.External.4f2c1c0e-6f8f-4d0f-9d0e-6f3a5e6a7b10</string>
XML
}

# wifi_payload SSID NUMBER
wifi_payload()
{
	payload com.apple.wifi.managed "Wi-Fi $1" "$2" <<XML
			<key>AutoJoin</key>
			<true/>
			<key>EncryptionType</key>
			<string>WPA2</string>
			<key>Password</key>
			<string>correct horse</string>
			<!-- The proxy of the head office -->
			<key>ProxyServer</key>
			<string>proxy.example.org</string>
			<key>ProxyServerPort</key>
			<integer>8080</integer>
			<key>ProxyType</key>
			<string>Manual</string>
			<key>SSID_STR</key>
			<string>$1</string>
XML
}

# Every type and shape, in a payload whose type no schema knows.
everything_payload()
{
	payload org.example.everything "Everything" 06 <<'XML'
			<key>Text</key>
			<string>plain</string>
			<key>Markup</key>
			<string>a &lt;b&gt; &amp; "c" &#x20ac;</string>
			<key>Unicode</key>
			<string>grüße €</string>
			<key>Edges</key>
			<string>  two blanks  </string>
			<key>Poem</key>
			<string>first line
second line
</string>
			<key>Empty</key>
			<string></string>
			<key>EmptyShort</key>
			<string/>
			<key>Three</key>
			<string>3</string>
			<key>Yes</key>
			<string>true</string>
			<key>Number</key>
			<integer>42</integer>
			<key>Negative</key>
			<integer>-5</integer>
			<key>Big</key>
			<integer>18446744073709551615</integer>
			<key>Ratio</key>
			<real>0.1</real>
			<key>On</key>
			<true/>
			<key>Off</key>
			<false/>
			<key>When</key>
			<date>2026-01-31T12:00:00Z</date>
			<key>Blob</key>
			<data>AAECA/8K</data>
			<key>EmptyBlob</key>
			<data></data>
			<key>Words</key>
			<array>
				<string>one</string>
				<string>two</string>
			</array>
			<key>Holes</key>
			<array>
				<string>a</string>
				<string></string>
				<string>b</string>
			</array>
			<key>OneEmpty</key>
			<array>
				<string></string>
			</array>
			<key>None</key>
			<array/>
			<key>Numbers</key>
			<array>
				<integer>1</integer>
				<integer>2</integer>
			</array>
			<key>Digits</key>
			<array>
				<string>1</string>
				<string>2</string>
			</array>
			<key>Mixed</key>
			<array>
				<integer>1</integer>
				<string>a</string>
				<true/>
			</array>
			<key>Verses</key>
			<array>
				<string>a
b</string>
				<string>c</string>
			</array>
			<key>Blobs</key>
			<array>
				<data>AAE=</data>
				<data>Ag==</data>
			</array>
			<key>Grid</key>
			<array>
				<array>
					<integer>1</integer>
					<integer>2</integer>
				</array>
				<array>
					<integer>3</integer>
				</array>
			</array>
			<key>Rules</key>
			<array>
				<dict>
					<key>Action</key>
					<string>Connect</string>
				</dict>
				<dict>
					<key>Action</key>
					<string>Ignore</string>
				</dict>
			</array>
			<key>Nested</key>
			<dict>
				<key>Deeper</key>
				<dict>
					<key>Deepest</key>
					<true/>
				</dict>
				<key>Nothing</key>
				<dict/>
			</dict>
XML
}

# make_profile FILE: two Wi-Fi payloads, one of every other kind; tabs and comments.
make_profile()
{
	make_ca
	if [ ! -e "$FOLDER/example.mobileconfig" ]; then
		{
			echo '		<!-- Payloads: trust first, then what needs it -->'
			certificate_payload
			scep_payload
			mdm_payload
			wifi_payload Office 04
			wifi_payload Guests 05
			everything_payload
		} | profile_around >"$FOLDER/example.mobileconfig"
	fi
	cp "$FOLDER/example.mobileconfig" "$1"
}

# make_binary FILE: the same, as a binary plist.
make_binary()
{
	make_profile "$1.xml"
	"$PYTHON" -c 'if True:
		import plistlib, sys
		value = plistlib.load(open(sys.argv[1], "rb"))
		plistlib.dump(value, open(sys.argv[2], "wb"), fmt=plistlib.FMT_BINARY, sort_keys=False)
		' "$1.xml" "$1"
	rm "$1.xml"
}
