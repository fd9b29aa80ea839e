#!/usr/bin/env bash
# profilefs schema: what may stand in a profile, as text and as JSON.
. "$(dirname "$0")/lib.sh"

# A schema of our own, so that nothing depends on what is built in.
make_schema()
{
	cat >own.schema <<-'EOT'
	release "test 1.0"

	payload org.example.door iOS(4.0 multiple=false supervised=true) macOS(10.7)
	  Name string required length=1..20 sensitive
	  Colour string values=red,green,"sky blue" default=red iOS(5.0 deprecated=6.0)
	  Width integer range=1..300 macOS(n/a)
	  "odd/key" boolean
	  Locks array items=1..
	    - dict as=Lock
	      Kind string required values=bolt,chain
	      Spares array
	        - dict like=Lock
	  Hinges array unique
	    - string values=left,right
	  Extra dict
	    * string
	  ! need Colour when Width
	payload org.example.window macOS(10.7)
	  Panes integer|string
	payload org.example.window.blind tvOS(9.0)
	  Closed boolean required
	profile
	  PayloadType string required values=Configuration
	common
	  PayloadType string required
	  PayloadUUID string required
	EOT
}

schema()
{
	run profilefs schema --schema own.schema "$@"
}

# attribute NAME: what the last `run` said of it, all lines of it.
attribute()
{
	awk -v name="$1:" '/^[a-z-]+:/ { on = $1 == name } on { sub(/^[a-z-]+:/, ""); sub(/^ +/, ""); print }' \
		"$T.run/stdout"
}

# json EXPRESSION: of the last `run`; its object is `o`.
json()
{
	"$PYTHON" -c 'import json, sys; o = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T.run/stdout" "$1"
}

it_lists_all_types_in_the_first_column()
{
	make_schema
	schema
	assert_status 0
	assert_no_stderr
	assert_equal "org.example.door org.example.window org.example.window.blind" \
		"$(awk '{ print $1 }' "$T.run/stdout" | tr '\n' ' ' | sed 's/ $//')"
	assert_stdout '^org.example.door +iOS 4.0, macOS 10.7$'
	run profilefs schema
	assert_status 0
	assert_stdout '^com.apple.mdm +iOS 4.0, macOS 10.7'
	LC_ALL=C sort -c <(awk '{ print $1 }' "$T.run/stdout")
}

it_shows_the_keys_of_a_type_as_a_table()
{
	make_schema
	schema org.example.door
	assert_status 0
	assert_no_stderr
	assert_stdout '^org.example.door$'
	assert_stdout '^since: +iOS 4.0, macOS 10.7$'
	assert_stdout '^supervised: +iOS true$'
	assert_stdout '^KEY +TYPE +PRESENCE +DEFAULT +SINCE +ALLOWED$'
	assert_stdout '^Name +string +required +length 1\.\.20$'
	assert_stdout '^Colour +string +optional +red +iOS 5.0 \(deprecated 6.0\) +red, green, sky blue$'
	assert_stdout '^Width +integer +optional +only iOS 4.0 +1\.\.300$'
	assert_stdout '^Locks +array of dict +optional +elements 1\.\.$'
	assert_stdout '^  - +dict$'
	assert_stdout '^    Kind +string +required +bolt, chain$'
	assert_stdout '^      - +dict +as in Lock$'
	assert_stdout '^  - +string +left, right$'
	assert_stdout '^  \* +string$'
	assert_stdout '^  Colour must be there if Width is there$'
	run grep -c PayloadUUID "$T.run/stdout"
	assert_equal 0 "$(cat "$T.run/stdout")" "keys of every payload"
}

it_leaves_out_columns_that_say_nothing()
{
	make_schema
	schema org.example.window.blind
	assert_stdout '^KEY +TYPE +PRESENCE$'
	assert_stdout '^Closed +boolean +required$'
}

it_shows_the_keys_of_the_profile_and_of_every_payload()
{
	local word

	make_schema
	for word in profile Configuration; do
		schema $word
		assert_status 0
		assert_stdout '^PayloadType +string +required +Configuration'
	done
	schema common
	assert_status 0
	assert_stdout '^PayloadType +string +required +length 1\.\.$'
	assert_stdout '^PayloadUUID +string +required +length 1\.\.$'
	schema org.example.door/PayloadUUID
	assert_equal required "$(attribute presence)"
}

it_says_everything_about_a_key()
{
	make_schema
	schema org.example.door/Colour
	assert_status 0
	assert_no_stderr
	assert_equal org.example.door/Colour "$(attribute key)"
	assert_equal string "$(attribute type)"
	assert_equal optional "$(attribute presence)"
	assert_equal $'red\ngreen\nsky blue' "$(attribute values)"
	assert_equal red "$(attribute default)"
	assert_equal 'iOS 5.0 (deprecated 6.0), macOS 10.7' "$(attribute since)"
	assert_equal 'iOS true' "$(attribute supervised)"
	assert_equal 'Colour must be there if Width is there' "$(attribute rules)"
	schema org.example.door/Name
	assert_equal 1..20 "$(attribute length)"
	assert_equal true "$(attribute sensitive)"
	assert_equal '' "$(attribute rules)"
	schema org.example.window/Panes
	assert_equal 'integer or string' "$(attribute type)"
}

it_finds_elements_and_keys_below_keys()
{
	local path

	make_schema
	for path in Locks/Kind Locks/-/Kind Locks/00/Kind Locks/7/Kind/ Locks/Spares/Kind Locks/-/Spares/02/Kind; do
		schema org.example.door/$path
		assert_status 0
		assert_equal $'bolt\nchain' "$(attribute values)" "values at $path"
	done
	schema org.example.door/Locks/00
	assert_equal org.example.door/Locks/- "$(attribute key)"
	assert_equal dict "$(attribute type)"
	schema org.example.door/Extra/anything
	assert_equal 'org.example.door/Extra/*' "$(attribute key)"
	assert_equal string "$(attribute type)"
	schema 'org.example.door/Extra/*'
	assert_equal string "$(attribute type)"
	schema org.example.door/odd%2Fkey
	assert_equal org.example.door/odd%2Fkey "$(attribute key)"
	assert_equal boolean "$(attribute type)"
}

it_takes_a_path_of_the_tree()
{
	make_schema
	schema PayloadContent/org.example.door.2/Locks/00/Kind
	assert_status 0
	assert_equal org.example.door/Locks/-/Kind "$(attribute key)"
}

it_names_what_was_probably_meant()
{
	schema_says()
	{
		run profilefs schema "$1"
		assert_status 2
		assert_equal 0 "$(wc -c <"$T.run/stdout")"
		assert_stderr "$2"
	}
	schema_says com.apple.mdn "did you mean 'com.apple.mdm'"
	schema_says com.apple.MDM "did you mean 'com.apple.mdm'"
	schema_says mdm "did you mean 'com.apple.mdm'"
	schema_says wifi "did you mean 'com.apple.wifi.managed'"
	schema_says com.apple.mdm/ServerUrl 'ServerURL'
	schema_says com.apple.mdm/ServerURI 'ServerURL'
	schema_says com.apple.mdm/ServerURL/x 'com.apple.mdm/ServerURL: .*string'
	schema_says com.example.nothing.like.it "there is no payload type 'com.example.nothing.like.it'; "
	schema_says '' 'profilefs schema'
	schema_says / 'profilefs schema'
}

it_says_the_same_as_json()
{
	make_schema
	schema --format json
	assert_status 0
	assert_equal "['org.example.door', 'org.example.window', 'org.example.window.blind']" \
		"$(json '[t["type"] for t in o["types"]]')"
	assert_equal 'test 1.0' "$(json 'o["release"]')"
	assert_equal 4.0 "$(json 'o["types"][0]["platforms"]["iOS"]["introduced"]')"
	schema --format=json org.example.door
	assert_equal org.example.door "$(json 'o["type"]')"
	assert_equal "['Name', 'Colour', 'Width', 'odd/key', 'Locks', 'Hinges', 'Extra']" \
		"$(json '[k["key"] for k in o["keys"]]')"
	assert_equal True "$(json '{"PayloadType", "PayloadUUID"} <= set(o["common"])')"
	assert_equal "['red', 'green', 'sky blue']" "$(json 'o["keys"][1]["values"]')"
	assert_equal "{'min': '1', 'max': '300'}" "$(json 'o["keys"][2]["range"]')"
	assert_equal Lock "$(json 'o["keys"][4]["item"]["as"]')"
	assert_equal Lock "$(json 'o["keys"][4]["item"]["keys"][1]["item"]["like"]')"
	assert_equal "['string']" "$(json 'o["keys"][6]["others"]["types"]')"
	assert_equal "need ['Colour'] Width" \
		"$(json '"{kind} {keys} ".format(**o["rules"][0]) + o["rules"][0]["conditions"][0]["key"]')"
	schema --format json org.example.door/Width
	assert_equal org.example.door/Width "$(json 'o["path"]')"
	assert_equal "{'introduced': 'n/a'}" "$(json 'o["platforms"]["macOS"]')"
	assert_equal "10.7 org.example.door" \
		"$(json 'o["payload"]["platforms"]["macOS"]["introduced"] + " " + o["payload"]["type"]')"
	assert_equal 1 "$(json 'len(o["mentioned"])')"
}

it_gives_every_type_in_both_formats()
{
	local type

	run profilefs schema
	awk '{ print $1 }' "$T.run/stdout" >types
	[ "$(wc -l <types)" -gt 100 ] || fail "expected: more than 100 types" "got:      $(wc -l <types)"
	while read -r type; do
		run profilefs schema "$type"
		assert_status 0
		assert_no_stderr
		run profilefs schema --format json "$type"
		assert_status 0
		assert_equal "$type" "$(json 'o["type"]')"
	done < <(awk 'NR % 6 == 1' types)
}

it_imports_apples_files()
{
	mkdir -p apple/mdm/profiles
	cat >apple/mdm/profiles/org.example.gate.yaml <<-'EOT'
	title: Gate
	description: The payload of a gate.
	payload:
	  payloadtype: org.example.gate
	  supportedOS:
	    macOS:
	      introduced: '10.7'
	      multiple: true
	payloadkeys:
	- key: Height
	  title: Height
	  type: <integer>
	  presence: required
	  range:
	    min: 1
	    max: 5
	  content: How high the gate is.
	EOT
	run profilefs schema --import apple
	assert_status 0
	assert_no_stderr
	assert_stdout '^payload org.example.gate'
	assert_stdout '^  Height integer required range=1..5$'
	run grep -c 'How high' "$T.run/stdout"
	assert_equal 0 "$(cat "$T.run/stdout")" "prose"
	profilefs schema --import apple >gate.schema
	run profilefs schema --schema gate.schema org.example.gate/Height
	assert_status 0
	assert_equal 1..5 "$(attribute range)"
	assert_equal '' "$(attribute help)"
	run profilefs schema --schema apple org.example.gate/Height
	assert_status 0
	assert_equal 'How high the gate is.' "$(attribute help)"
}

it_adds_types_from_manifests()
{
	mkdir manifests
	write_plist >manifests/org.example.fence.plist <<-'EOT'
		<key>pfm_domain</key><string>org.example.fence</string>
		<key>pfm_subkeys</key>
		<array>
			<dict>
				<key>pfm_name</key><string>Planks</string>
				<key>pfm_type</key><string>integer</string>
			</dict>
		</array>
	EOT
	run profilefs schema --manifests manifests org.example.fence/Planks
	assert_status 0
	assert_equal integer "$(attribute type)"
	run profilefs schema org.example.fence
	assert_status 2
}

it_refuses_what_is_no_schema()
{
	printf 'payload org.example.x\n  Key strin\n' >bad.schema
	run profilefs schema --schema bad.schema
	assert_status 2
	assert_stderr '^bad.schema:2:[0-9]+: error: '
	run profilefs schema --schema absent
	assert_status 2
	assert_stderr '^absent: error: '
	mkdir empty
	run profilefs schema --import empty
	assert_status 2
	assert_stderr '^empty: error: '
}

it_helps_who_uses_it_wrongly()
{
	run profilefs schema --format yaml
	assert_status 2
	assert_stderr 'text, json'
	run profilefs schema com.apple.mdm com.apple.dock
	assert_status 2
	assert_stderr 'too much'
	run profilefs schema --import . com.apple.mdm
	assert_status 2
	run profilefs schema --schema
	assert_status 2
	assert_stderr 'needs a value'
	run profilefs schema --help
	assert_status 0
	assert_stdout '^usage: profilefs schema'
	[ "$(wc -l <"$T.run/stdout")" -le 24 ] || fail "expected: a help of one screen"
}

# documented: the examples of profilefs-schema(5), each in a file of its own.
documented()
{
	awk '/^\.\\" schema/ { file = ++count ".schema"; next }
		/^\.Ed/ { file = "" }
		file && !/^\.Bd/ { gsub(/\\e/, "\\"); print >file }' "$ROOT/docs/man/profilefs-schema.5"
}

it_reads_every_example_of_the_language()
{
	local example number=0

	documented
	for example in *.schema; do
		run profilefs schema --schema "$example"
		assert_status 0
		assert_no_stderr
		number=$((number + 1))
	done
	[ $number -ge 5 ] || fail "expected: examples" "got: $number"
	run profilefs schema --schema 1.schema com.apple.wifi.managed/SSID_STR
	assert_equal required "$(attribute presence)"
	assert_equal ^Example- "$(attribute format)"
	run profilefs schema --schema 1.schema com.apple.wifi.managed/EncryptionType
	assert_line WPA4 <(attribute values)
	cat "$ROOT/plist/schema/mdm.schema" 2.schema >all.schema
	run profilefs schema --schema all.schema
	assert_stdout '^com.apple.mdm '
	assert_stdout '^org.example.door '
	run profilefs schema --schema 5.schema com.apple.mdm/EnrollmentMode
	assert_line BYOD2 <(attribute values)
	run profilefs schema --schema 5.schema com.apple.mdm/SignMessage
	assert_status 2
}

it_documents_every_word_of_the_language()
{
	local word

	for word in release payload profile common rule string integer real boolean date data array dict any \
		required optional values custom range length items format subtype default bits needs refs unique \
		immutable sensitive as like page help gone no keys others item clauses need forbid warn when unless \
		because deprecated removed multiple supervised devicechannel userchannel requiresdep \
		userapprovedmdm allowmanualinstall sharedipad sharedipad-devicechannel sharedipad-userchannel \
		userenrollment iOS macOS tvOS visionOS watchOS; do
		grep -Eq "^\.(It )?Li.*\b$word\b" "$ROOT/docs/man/profilefs-schema.5" ||
			fail "expected: $word in profilefs-schema(5)"
	done
}

it_notices_a_full_disk()
{
	run bash -c '"$PROFILEFS" schema >/dev/full'
	assert_status 2
	assert_stderr 'No space left'
}

run_tests "$@"
