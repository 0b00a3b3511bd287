"""People who save while something is wrong elsewhere."""

import threading

from demo_parts.rpc import Session
from demo_parts.show import DemoFailed

PACE = 1.5  # seconds between two saves


class Saving:
    """Somebody saves again and again as long as the block lasts.

    :param save: takes the person's `Session`
    :raise DemoFailed: at the end, when a save failed
    """

    def __init__(self, stage, save):
        self._stage, self._save = stage, save
        self._over = threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self):
        self._person = Session(self._stage.url, self._stage.database, "admin", "admin")
        self._thread.start()

    def __exit__(self, kind, *_error):
        self._over.set()
        self._thread.join()
        if self._failure and not kind:
            raise DemoFailed(f"a save failed: {self._failure}")

    def _go_on(self):
        try:
            while not self._over.wait(PACE):
                self._save(self._person)
        except Exception as error:  # noqa: BLE001
            self._failure = error
