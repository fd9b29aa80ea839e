"""Stands in for the servers that pages send profiles to. See guides.py."""

import base64
import http.server
import json
import os
import ssl
import threading

# What the set-up made, in the home folder.
CERTIFICATE, KEY = "server.crt", "server.key"


class Server(http.server.BaseHTTPRequestHandler):
    """Stands in for the servers that profiles are sent to, and refuses what they refuse."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "Authorization" not in self.headers:
            return self.answer(401, {"message": "Authorization header required"})
        if self.path == "/api/v1/fleet/configuration_profiles":
            return self.take_form(body)
        if self.path == "/v1/commands":
            return self.take_command(json.loads(body))
        return self.answer(404, {"message": f"nobody answers {self.path}"})

    def take_form(self, body):
        """Fleet: a form with a file that is no signature."""
        head, _, content = body.partition(b"\r\n\r\n")
        if b'name="profile"' not in head:
            return self.answer(400, {"message": "no profile"})
        if not content.startswith(b"<?xml"):
            return self.answer(400, {"message": "Configuration profiles can't be signed."})
        return self.answer(200, {"profile_uuid": "a7b1c2d3-0000"})

    def take_command(self, command):
        """MicroMDM: a command for a device, with a profile in base64."""
        profile = base64.b64decode(command["payload"], validate=True)
        if command["request_type"] != "InstallProfile" or not command["udid"] or b"PayloadContent" not in profile:
            return self.answer(400, {"message": "no profile"})
        return self.answer(201, {"payload": {"command_uuid": "a7b1c2d3-0000", "request_type": "InstallProfile"}})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def serve():
    """Behind TLS, with the certificate that the set-up made; curl is told where to find it by its own settings."""
    home = os.environ["HOME"]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{home}/{CERTIFICATE}", f"{home}/{KEY}")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with open(f"{home}/.curlrc", "w", encoding="utf-8") as file:
        file.write(f'cacert = "{home}/{CERTIFICATE}"\nconnect-to = "::127.0.0.1:{server.server_address[1]}"\n')
    threading.Thread(target=server.serve_forever, daemon=True).start()
