"""A real IMAP server: as much of RFC 3501 as a client needs that empties a mailbox."""

import re
import socketserver
import threading
from dataclasses import dataclass, field

USER, PASSWORD = "terug", "geheim@1"  # of this server alone


@dataclass
class Box:
    """The messages by their UID, and their flags. `refuses`: the commands that are answered with NO."""

    messages: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    port: int = 0

    def put(self, content: bytes) -> int:
        uid = max(self.messages, default=0) + 1
        self.messages[uid], self.flags[uid] = content, set()
        return uid

    @property
    def mailbox(self) -> dict[str, str | int]:
        """As the settings name it (peersupport.server_urls.imap)."""
        login = {"user": USER, "password": PASSWORD, "folder": "INBOX"}
        return {"tls": "", "host": "127.0.0.1", "port": self.port, **login}


class _Session(socketserver.StreamRequestHandler):
    server: "ImapServer"

    def handle(self) -> None:
        self.box = self.server.box
        self.say("* OK ready")
        for line in self.rfile:
            tag, command, *rest = line.decode().strip().split(" ", 2)
            if self.answer(tag, command.upper(), rest[0] if rest else ""):
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def answer(self, tag: str, command: str, rest: str) -> bool:
        """Answer one command; whether it was the last."""
        if command == "UID":
            command, _space, rest = rest.partition(" ")
            command = command.upper()
        if command in self.box.refuses:
            self.say(f"{tag} NO not now")
            return False
        getattr(self, f"do_{command.lower()}")(rest)
        self.say(f"{tag} OK done")
        return command == "LOGOUT"

    def do_capability(self, _rest: str) -> None:
        self.say("* CAPABILITY IMAP4rev1")

    def do_login(self, rest: str) -> None:
        assert rest.replace('"', "").split() == [USER, PASSWORD]

    def do_select(self, rest: str) -> None:
        assert rest == '"INBOX"'
        self.say(f"* {len(self.box.messages)} EXISTS")

    def do_search(self, rest: str) -> None:
        assert rest == "UNSEEN"
        unseen = [str(uid) for uid in self.box.messages if r"\Seen" not in self.box.flags[uid]]
        self.say(" ".join(["* SEARCH", *unseen]))

    def do_fetch(self, rest: str) -> None:
        found = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)
        assert found
        content = self.box.messages[int(found[1])][: int(found[2])]
        self.wfile.write(f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(content)}}}\r\n".encode())
        self.wfile.write(content + b")\r\n")

    def do_store(self, rest: str) -> None:
        found = re.fullmatch(r"(\d+) \+FLAGS \((\\\w+)\)", rest)
        assert found
        self.box.flags[int(found[1])].add(found[2])

    def do_expunge(self, _rest: str) -> None:
        for uid in [uid for uid, flags in self.box.flags.items() if r"\Deleted" in flags]:
            del self.box.messages[uid], self.box.flags[uid]

    def do_logout(self, _rest: str) -> None:
        self.say("* BYE")


class ImapServer(socketserver.ThreadingTCPServer):
    """`with ImapServer() as box: …`: starts on a free port of this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.box = Box(port=self.server_address[1])

    def __enter__(self) -> Box:  # type: ignore[override]  # what a test needs is the mailbox
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self.box

    def __exit__(self, *_error: object) -> None:
        self.shutdown()
        self.server_close()
