#!/usr/bin/env bash
# The guides and the README: every command that they show is run as it stands, and says what the page says (guides.py).
#
# A page names in its first comment what it takes for granted: `<!-- set-up: wifi signer -->` is what set_up_wifi and
# set_up_signer make in the page's folder.
#
#   E2E_SHARE=N, E2E_FROM     takes one page in N; another one for another number
. "$(dirname "$0")/lib.sh"
. "$E2E/token.sh"
. "$E2E/authority.sh"

export PYTHONDONTWRITEBYTECODE=1

# --- what pages take for granted ------------------------------------------------------------------------

# office_profile NAME SSID NUMBER: a profile with one Wi-Fi payload.
office_profile()
{
	write_plist <<XML
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>AutoJoin</key>
			<true/>
			<key>EncryptionType</key>
			<string>WPA2</string>
			<!-- Changed every quarter -->
			<key>Password</key>
			<string>correct horse</string>
			<key>PayloadDisplayName</key>
			<string>$1</string>
			<key>PayloadIdentifier</key>
			<string>org.example.wifi.$3.network</string>
			<key>PayloadType</key>
			<string>com.apple.wifi.managed</string>
			<key>PayloadUUID</key>
			<string>2C6E9D10-4B1F-4C0A-9E57-6F3C1A7B0$3</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
			<key>SSID_STR</key>
			<string>$2</string>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>$1</string>
	<key>PayloadIdentifier</key>
	<string>org.example.wifi.$3</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>8F0D2B7A-55C3-4E1D-A1D4-90B2E4C5F$3</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
XML
}

# wifi.mobileconfig, plain.
set_up_wifi()
{
	office_profile "Office Wi-Fi" Office 100 >wifi.mobileconfig
}

# A certificate to sign with: sign.key, sign.crt, and ca.crt that it comes from.
set_up_signer()
{
	make_ca
	cp "$CA/ec.key" sign.key
	cp "$CA/ec.crt" sign.crt
	cp "$CA/ca.crt" .
}

# enrol.mobileconfig, signed: enrols a device.
set_up_enrolment()
{
	make_ca
	{
		certificate_payload
		scep_payload
		mdm_payload
	} | profile_around >enrol.plist
	sign enrol.plist enrol.mobileconfig
	rm enrol.plist
}

# profiles/, a folder of four.
set_up_profiles()
{
	mkdir profiles
	office_profile "Office Wi-Fi" Office 100 >profiles/office.mobileconfig
	office_profile "Warehouse Wi-Fi" Warehouse 200 >profiles/warehouse.mobileconfig
	office_profile "Branch Wi-Fi" Branch 300 >profiles/branch.mobileconfig
	office_profile "Guest Wi-Fi" Guests 400 >profiles/guests.mobileconfig
}

# binary.mobileconfig, a binary property list.
set_up_binary()
{
	make_binary binary.mobileconfig
}

# device.crt, a certificate of one whom a profile can be encrypted for.
set_up_device()
{
	openssl req -x509 -newkey rsa:2048 -noenc -subj /CN=device -days 2 -keyout device.key -out device.crt
}

# An empty git repository, that this is.
set_up_repository()
{
	need git
	git init -q -b main .
	git config --global user.name Example
	git config --global user.email admin@example.org
}

# Servers that profiles are sent to: what stands in for them is in guides.py.
set_up_servers()
{
	need curl
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=example.org -days 2 \
		-addext 'subjectAltName=DNS:*.example.org' -keyout "$HOME/server.key" -out "$HOME/server.crt"
}

# SoftHSM, with no token yet; a key, sign.key, with its certificate sign.crt, which comes from ca.crt by way of
# intermediate.crt, and old.crt, which has expired.
set_up_softhsm()
{
	need softhsm2-util p11tool
	has_bridge || skip "OpenSSL has neither a provider nor an engine pkcs11"
	[ "$(softhsm_module)" = /usr/lib/softhsm/libsofthsm2.so ] || skip "the module of softhsm2 is elsewhere here"
	leaves p256-chained p256-expired
	cp "$AUTHORITY/p256.key" sign.key
	cp "$AUTHORITY/p256-chained.crt" sign.crt
	cp "$AUTHORITY/p256-expired.crt" old.crt
	cp "$AUTHORITY/intermediate.crt" .
	cp "$AUTHORITY/root.crt" ca.crt
}

# --- pages ----------------------------------------------------------------------------------------------

# run_page PAGE: a path from the root.
run_page()
{
	local name

	for name in $(sed -n 's/^<!-- set-up: \(.*\) -->$/\1/p' "$ROOT/$1"); do
		"set_up_$name" >&2
	done
	PATH=$(dirname "$PROFILEFS"):$PATH "$PYTHON" "$E2E/guides.py" "$ROOT/$1" | tee "$T.run/figures"
}

# assert_refused WHY < PAGE: such a page does not pass.
assert_refused()
{
	cat >page.md
	run "$PYTHON" "$E2E/guides.py" page.md
	assert_status 1
	assert_stdout "$1"
}

it_refuses_pages_that_do_not_hold()
{
	assert_refused '^page.md:2: \$ echo one' <<-'PAGE'
	```console
	$ echo one
	two
	```
	PAGE
	assert_refused 'failed with 3, and the page does not say so' <<-'PAGE'
	```console
	$ (exit 3)
	```
	PAGE
	assert_refused 'failed with 3, and the page does not say so' <<-'PAGE'
	```console
	$ echo anything; (exit 3)
	...
	```
	PAGE
	assert_refused 'a command of this script failed' <<-'PAGE'
	```sh
	false
	true
	```
	PAGE
	assert_refused 'a command outside' <<-'PAGE'
	    $ echo never run
	PAGE
	assert_refused 'a block begins with' <<-'PAGE'
	  ```console
	  $ echo never run
	  ```
	PAGE
	assert_refused 'what is this block of yaml for' <<-'PAGE'
	```yaml
	a: b
	```
	PAGE
	assert_refused 'no command at all' <<-'PAGE'
	Words.
	PAGE
	assert_refused 'failed with 1' <<-'PAGE'
	| task | before | What you type now |
	| --- | --- | --- |
	| a | `true` | `false` |
	PAGE
}

it_refuses_names_and_links_of_what_is_not_there()
{
	echo 'See `fs/cmd/sign.c` and `fs/cmd/sing.c`, and `say_error()`.' >page.md
	run env -C "$ROOT" "$PYTHON" "$E2E/guides_names.py" --names "$PWD/page.md"
	assert_status 1
	assert_stdout 'there is no fs/cmd/sing.c$'
	echo 'See `fs/cmd/sign.c`, and `say_eror()`.' >page.md
	run env -C "$ROOT" "$PYTHON" "$E2E/guides_names.py" --names "$PWD/page.md"
	assert_status 1
	assert_stdout 'there is no function say_eror$'
	printf '# A heading\n\n[here](#a-heading), [there](gone.md)\n' >page.md
	run "$PYTHON" "$E2E/guides_names.py" --links page.md
	assert_status 1
	assert_stdout 'links to gone.md, which is not there$'
	printf '# A heading\n\n[here](#another)\n' >page.md
	run "$PYTHON" "$E2E/guides_names.py" --links page.md
	assert_status 1
	assert_stdout '#another has no such heading$'
}

it_keeps_the_folder_and_the_variables_of_a_page()
{
	cat >page.md <<-'PAGE'
	```sh
	mkdir inner
	cd inner
	A=b
	```

	```yaml
	# settings.yml
	a: b
	```

	<!-- not run: there is no such thing -->
	```console
	$ no-such-thing
	```

	```console
	$ cat settings.yml
	...
	a: b
	$ echo $A; ls ..
	b
	...
	page.md
	$ echo yes > /dev/full
	bash: echo: write error: No space left ...
	```
	PAGE
	run "$PYTHON" "$E2E/guides.py" page.md
	assert_status 0
	assert_stdout '^not run: page.md:13: there is no such thing$'
	assert_stdout '^commands: 4; files: 1; not run: 1$'
}

it_links_to_what_is_there()
{
	cd "$ROOT"
	"$PYTHON" "$E2E/guides_names.py" --links README.md docs/*.md docs/guides/*.md
}

it_lists_every_guide_in_the_readme()
{
	local page

	for page in "$ROOT"/docs/guides/*.md; do
		assert_line "\(docs/guides/${page##*/}\)" "$ROOT/README.md"
	done
}

it_leaves_few_commands_out()
{
	local count

	count=$(cat "$ROOT"/docs/guides/*.md "$ROOT/README.md" | grep -c '^<!-- not run: ')
	[ "$count" -le 8 ] || fail "expected: at most 8 blocks that are not run" "got:      $count"
}

it_names_in_the_architecture_what_is_there()
{
	cd "$ROOT"
	"$PYTHON" "$E2E/guides_names.py" --names docs/architecture.md
}

# record TARGET
record()
{
	run "$ROOT/scripts/record" "$1"
	assert_status 0
}

it_shows_in_the_picture_what_the_program_says_now()
{
	record session.svg
	assert_same "$ROOT/docs/session.svg" session.svg
}

it_has_a_picture_that_needs_nothing_else()
{
	local picture=$ROOT/docs/session.svg

	"$PYTHON" -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$picture"
	[ "$(stat -c %s "$picture")" -lt 60000 ] || fail "expected: less than 60 KB" "got:      $(stat -c %s "$picture")"
	# Nothing is fetched: no attribute is an address but the name of SVG itself.
	assert_no_line '<(image|script|use|foreignObject|a)[ >]|@import|@font-face|url\(|(href|src)=' "$picture"
	assert_equal 1 "$(grep -c '="[a-z]*://' "$picture")" "addresses in attributes"
	assert_line 'prefers-color-scheme: dark' "$picture"
}

# A page is a test of its own, named for it.
number=${E2E_FROM:-0}
for page in "$ROOT"/docs/guides/*.md "$ROOT/README.md"; do
	number=$((number + 1))
	[ $((number % ${E2E_SHARE:-1})) -eq 0 ] || continue
	page=${page#"$ROOT"/}
	name=${page##*/}
	prove "it_is_as_${name%.md}_says" run_page "$page"
done
run_tests "$@"
