#!/usr/bin/env bash
# The daemon is killed at seeded moments, and nothing that was acknowledged is lost.
#
#   KILLS      how often (200)
#   KILL_SEED  other moments (1)
. "$(dirname "$0")/lib.sh"

it_loses_nothing_wherever_it_is_killed()
{
	cat >p.mobileconfig <<-'END'
		<?xml version="1.0" encoding="UTF-8"?>
		<plist version="1.0">
		<dict>
			<!-- a comment -->
			<key>PayloadContent</key>
			<array>
				<dict>
					<key>PayloadType</key>
					<string>com.example.kills</string>
					<key>PayloadUUID</key>
					<string>00000000-0000-4000-8000-000000000001</string>
					<key>PayloadIdentifier</key>
					<string>org.example.kills.one</string>
					<key>PayloadVersion</key>
					<integer>1</integer>
					<key>Key0</key>
					<string>first</string>
					<key>List0</key>
					<array><string>a</string></array>
					<key>List1</key>
					<array><string>b</string><string>c</string></array>
					<key>List2</key>
					<array/>
				</dict>
			</array>
			<key>PayloadIdentifier</key>
			<string>org.example.kills</string>
			<key>PayloadType</key>
			<string>Configuration</string>
			<key>PayloadUUID</key>
			<string>00000000-0000-4000-8000-000000000002</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
		</plist>
	END
	mkdir mnt
	"$PYTHON" "$E2E/kills.py" "$PROFILEFS" p.mobileconfig mnt "${KILLS:-200}" "${KILL_SEED:-1}" | tee "$T.run/figures"
}

run_tests "$@"
