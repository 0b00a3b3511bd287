"""`python -m sandbox`: start a DokStamp to try against."""

import argparse
import signal
import sys

from .app import create_app
from .server import serve
from .service import Service
from .store import Store

PORT = 18090


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"default {PORT}; 0 takes a free one"
    )
    parser.add_argument("--db", help="SQLite file to keep the state; default: memory")
    parser.add_argument(
        "--generation",
        choices=("newer", "older"),
        help="of the API; default: what the file was left with, else newer",
    )
    parser.add_argument(
        "--seed", action="store_true", help="give demo-school an institution"
    )
    return parser.parse_args()


def main() -> None:
    given = arguments()
    service = Service(Store(given.db), given.generation)
    if given.seed:
        service.seed()
    # uvicorn finishes the open requests, then hands the signal on.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        serve(create_app(service), given.port)
    finally:
        service.store.close()


if __name__ == "__main__":
    main()
