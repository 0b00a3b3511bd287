"""An HTTP answer that can still be changed before it goes out."""

from dataclasses import dataclass, field

from starlette.responses import Response


@dataclass
class Answer:
    """What goes over the wire: taken from the app, or made up by a fault."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: dict) -> None:
        """Be the `send` of an app."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def set_header(self, name: str, value: str) -> None:
        kept = [pair for pair in self.headers if pair[0] != name.lower().encode()]
        self.headers = [*kept, (name.lower().encode(), value.encode())]

    def set_body(self, body: bytes) -> None:
        self.body = body
        self.set_header("content-length", str(len(body)))

    @classmethod
    def of(cls, response: Response) -> "Answer":
        return cls(response.status_code, list(response.raw_headers), response.body)
