# A certificate authority for all kinds of signers. Tests that need it source it after lib.sh.
#
# A leaf is named KEY-KIND (p256-mail, rsa4096-expired), its files are $AUTHORITY/KEY-KIND.crt and $AUTHORITY/KEY.key.
# `leaves` makes those that are named and not there yet, once for all test files, so that nobody waits for an RSA key of
# 4096 bits who does not use it.

AUTHORITY=$E2E_DIR/authority

# How each key is made.
authority_keys='
p256     -algorithm EC      -pkeyopt ec_paramgen_curve:P-256
p384     -algorithm EC      -pkeyopt ec_paramgen_curve:P-384
rsa2048  -algorithm RSA     -pkeyopt rsa_keygen_bits:2048
rsa4096  -algorithm RSA     -pkeyopt rsa_keygen_bits:4096
pss      -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
'

# What each kind of leaf is for, the first days of which years it is valid between, and who issued it.
#kind     from  until  issuer        keyUsage                                       extendedKeyUsage
authority_kinds='
mail      2025  2049   root          digitalSignature                               emailProtection
server    2025  2049   root          digitalSignature,keyEncipherment               serverAuth
code      2025  2049   root          digitalSignature                               codeSigning
none      2025  2049   root          digitalSignature
chained   2025  2049   intermediate  digitalSignature                               emailProtection
expired   2024  2025   root          digitalSignature                               emailProtection
early     2048  2049   root          digitalSignature                               emailProtection
mute      2025  2049   root          keyEncipherment                                emailProtection
reader    2025  2049   root          digitalSignature,keyEncipherment,keyAgreement  emailProtection
'

# issue ISSUER FROM UNTIL REQUEST CERTIFICATE < EXTENSIONS
issue()
{
	openssl ca -batch -notext -config ca.cnf -cert "$1.crt" -keyfile "$1.key" -startdate "${2}0101000000Z" \
		-enddate "${3}0101000000Z" -in "$4" -out "$5" -extfile /dev/stdin
}

# The two that issue: root.crt, and intermediate.crt below it.
make_issuers()
{
	local name

	mkdir -p issued
	: >index.txt
	cat >ca.cnf <<'CONFIG'
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = issued
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
[any]
organizationName = supplied
commonName = supplied
CONFIG
	for name in root intermediate; do
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.key
		openssl req -new -key $name.key -subj "/O=Example Ltd/CN=Example $name CA" -out $name.csr
	done
	printf '%s\n' basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign,cRLSign subjectKeyIdentifier=hash >ca.ext
	openssl x509 -req -in root.csr -signkey root.key -days 3650 -extfile ca.ext -out root.crt
	issue root 2025 2049 intermediate.csr intermediate.crt <ca.ext
}

make_key()
{
	local name options

	read -r name options < <(grep "^$1 " <<<"$authority_keys")
	# shellcheck disable=SC2086 # a list of words
	openssl genpkey $options -out "$name.key"
}

# make_one KEY-KIND
make_one()
{
	local kind from until issuer usage extended

	read -r kind from until issuer usage extended < <(grep "^${1#*-} " <<<"$authority_kinds")
	[ -e "${1%%-*}.key" ] || make_key "${1%%-*}"
	openssl req -new -key "${1%%-*}.key" -subj "/O=Example Ltd/CN=Profile signing ($1)" -out "$1.csr"
	{
		printf 'basicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\nkeyUsage=critical,%s\n' "$usage"
		[ -z "$extended" ] || printf 'extendedKeyUsage=%s\n' "$extended"
	} | issue "$issuer" "$from" "$until" "$1.csr" "$1.new" && mv "$1.new" "$1.crt"
}

make_leaves()
{
	local leaf

	cd "$AUTHORITY" || return
	[ -e intermediate.crt ] || make_issuers || return
	for leaf; do
		[ -e "$leaf.crt" ] || make_one "$leaf" || return
	done
}

# leaves KEY-KIND...: they are there when this returns.
leaves()
{
	local status=0

	mkdir -p "$AUTHORITY"
	(
		flock 9
		make_leaves "$@"
	) 9>"$AUTHORITY.lock" >"$AUTHORITY.log" 2>&1 || status=$?
	[ "$status" -eq 0 ] || fail "no certificates could be made: $*" "$(cat "$AUTHORITY.log")"
}

