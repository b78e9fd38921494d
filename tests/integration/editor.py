"""yaml-language-server, as an editor drives it: JSON-RPC over standard input and output."""
import json
import os
import select
import subprocess
import time

from conftest import CACHE

SERVER = CACHE / "yaml-language-server-1.15.0/node_modules/.bin/yaml-language-server"


class Editor:
    def __init__(self):
        self.process = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.buffer, self.last_id, self.waiting = b"", 0, []
        self.request("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": {"textDocument": {"completion": {}, "hover": {}}}})
        self.notify("initialized", {})
        on = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}, "schemas": {}}
        self.notify("workspace/didChangeConfiguration", {"settings": {"yaml": on}})

    def close(self):
        self.process.kill()
        self.process.wait()

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params):
        self.last_id += 1
        self.send({"id": self.last_id, "method": method, "params": params})
        return self.receive(lambda m: m.get("id") == self.last_id and "method" not in m)["result"]

    def receive(self, wanted, seconds=30):
        """The first message that is wanted; the others are kept."""
        for i, message in enumerate(self.waiting):
            if wanted(message):
                return self.waiting.pop(i)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self.read(end)
            if message is None:
                continue
            if "id" in message and "method" in message:  # the server asks something: there is nothing to say
                self.send({"id": message["id"], "result": None})
            elif wanted(message):
                return message
            else:
                self.waiting.append(message)
        raise AssertionError(f"the language server did not answer within {seconds} s")

    def read(self, end):
        while b"\r\n\r\n" not in self.buffer or len(self.buffer) < self.whole():
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                return None
            got = os.read(self.process.stdout.fileno(), 65536)
            assert got, "the language server ended"
            self.buffer += got
        head, whole = self.buffer.index(b"\r\n\r\n") + 4, self.whole()
        message, self.buffer = json.loads(self.buffer[head:whole]), self.buffer[whole:]
        return message

    def whole(self):
        head = self.buffer.index(b"\r\n\r\n")
        return head + 4 + int(self.buffer[:head].lower().split(b"content-length:")[1].split(b"\r\n")[0])

    def open(self, uri, text):
        """Opens a text; its problems."""
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        published = self.receive(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri)
        return published["params"]["diagnostics"]

    def complete(self, uri, line, character):
        at = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return [item["label"] for item in self.request("textDocument/completion", at)["items"]]

    def hover(self, uri, line, character):
        at = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return self.request("textDocument/hover", at)["contents"]["value"]
