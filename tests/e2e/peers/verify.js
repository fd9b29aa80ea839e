// Verifies signed profiles with pkijs, all in one process.
//
//   NODE_PATH=FOLDER/node_modules node verify.js CA.pem FILE...
//
// A line per file: "good FILE" or "bad FILE: why". Good means that the signature fits the content, and that the
// signer's certificate chains to the CA. Exit status 0 if every file could be judged, whatever came out.
"use strict";

const fs = require("node:fs");
const { webcrypto } = require("node:crypto");
const asn1js = require("asn1js");
const pkijs = require("pkijs");

pkijs.setEngine("node", new pkijs.CryptoEngine({ name: "node", crypto: webcrypto }));

// The bytes as an ArrayBuffer of their own: a Buffer may share one with others.
function exactly(buffer) {
	return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}

function parse(bytes) {
	const result = asn1js.fromBER(bytes);

	if (result.offset === -1) {
		throw new Error(result.result.error || "no ASN.1");
	}
	if (result.offset !== bytes.byteLength) {
		throw new Error("more bytes after the end");
	}
	return result.result;
}

function readCertificate(path) {
	const base64 = fs.readFileSync(path, "latin1").replace(/-----[^-]+-----|\s/g, "");

	return new pkijs.Certificate({ schema: parse(exactly(Buffer.from(base64, "base64"))) });
}

async function verify(path, authority) {
	const info = new pkijs.ContentInfo({ schema: parse(exactly(fs.readFileSync(path))) });

	if (info.contentType !== pkijs.ContentInfo.SIGNED_DATA) {
		throw new Error("no SignedData");
	}
	const signed = new pkijs.SignedData({ schema: info.content });
	const verdict = await signed.verify({
		signer: 0,
		checkChain: true,
		trustedCerts: [authority],
		extendedMode: true,
	});

	if (!verdict.signatureVerified || !verdict.signerCertificateVerified) {
		throw new Error(verdict.message || "the signature does not fit");
	}
}

async function main(authorityPath, paths) {
	const authority = readCertificate(authorityPath);

	for (const path of paths) {
		try {
			await verify(path, authority);
			console.log(`good ${path}`);
		} catch (error) {
			console.log(`bad ${path}: ${error.message || error.resultMessage || error}`);
		}
	}
}

main(process.argv[2], process.argv.slice(3));
