"""The HTTP server: uvicorn, with the connection within reach of the app."""

import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HOST = "127.0.0.1"
KEEP_ALIVE = 75  # seconds, a usual web server's
SHUTDOWN = 1  # seconds that open requests get when the process is told to stop


class Protocol(HttpToolsProtocol):
    """Hands its transport to the app, so that a fault can cut the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox.transport": self.transport}


class Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        port = sockets[0].getsockname()[1]
        # The line that whoever started the process waits for.
        print(f"listening on http://{HOST}:{port}", flush=True)


def serve(app: ASGIApp, port: int) -> None:
    """Serve until told to stop.

    :param port: 0 takes a free one
    :raise OSError: when the port is taken
    """
    # asyncio switches Nagle's delay off only where the socket names its protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    config = uvicorn.Config(
        app,
        http=Protocol,
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=SHUTDOWN,
    )
    Server(config).run(sockets=[listener])
