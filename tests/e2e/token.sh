# Tokens for the tests, made with SoftHSM. Tests that need one source it after lib.sh.

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

# An empty token "prof", whose PIN is 1234 and stands in $PIN.
make_token()
{
	need softhsm2-util
	has_bridge || skip "OpenSSL has neither a provider nor an engine pkcs11"
	PKCS11_MODULE_PATH=$(softhsm_module)
	[ -n "$PKCS11_MODULE_PATH" ] || skip "the module of softhsm2 is nowhere to be found"
	SOFTHSM2_CONF=$T.run/softhsm2.conf
	export PKCS11_MODULE_PATH SOFTHSM2_CONF PIN=1234
	mkdir "$T.run/tokens"
	printf '%s\n' "directories.tokendir = $T.run/tokens" 'objectstore.backend = file' 'log.level = ERROR' \
		>"$SOFTHSM2_CONF"
	softhsm2-util --init-token --free --label prof --so-pin 5678 --pin $PIN >&2
}

# key_on_token FILE LABEL ID
key_on_token()
{
	openssl pkcs8 -topk8 -nocrypt -in "$1" -out "$T.run/key.p8"
	softhsm2-util --import "$T.run/key.p8" --token prof --label "$2" --id "$3" --pin $PIN >&2
	rm "$T.run/key.p8"
}

# cert_on_token FILE LABEL ID
cert_on_token()
{
	need p11tool
	GNUTLS_PIN=$PIN p11tool --provider "$PKCS11_MODULE_PATH" --batch --login --write --load-certificate "$1" \
		--label "$2" --id "$3" 'pkcs11:token=prof' >&2
}
