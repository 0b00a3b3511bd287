"""The sandbox from a test's side: move its switches, break it, read what it holds.

The process is started outside (`python -m sandbox`, see sandbox/README.md); its
address stands in the environment variable DOKSTAMP_SANDBOX_URL.
"""

import os

import requests

VARIABLE = "DOKSTAMP_SANDBOX_URL"
TIMEOUT = 10  # seconds


class Sandbox:
    """One running sandbox.

    :param url: its address; None takes it from DOKSTAMP_SANDBOX_URL
    :raise RuntimeError: when no address is known
    """

    def __init__(self, url=None):
        url = url or os.environ.get(VARIABLE)
        if not url:
            raise RuntimeError(
                f"No sandbox to test against: start one with 'python -m sandbox' and "
                f"put the address that it prints into {VARIABLE}."
            )
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._since = 0

    # Switches and state

    def reset(self, **options):
        """Forget all data, faults and requests; switches to their defaults, but these.

        :return: all switches, by name
        """
        self._since = 0
        return self._control("POST", "reset", {"options": options})

    def keep(self):
        """Remember what it holds, for `restore`."""
        self._control("POST", "keep")

    def restore(self):
        """As `reset`, but then it holds what was kept last."""
        self._since = 0
        self._control("POST", "reset", {"kept": True})

    def set_options(self, **options):
        """Move switches, see sandbox/options.py.

        :return: all switches, by name
        """
        return self._control("PATCH", "options", options)

    def expire_tokens(self, refresh_tokens=True):
        """End all access tokens now, and the refresh tokens unless told otherwise."""
        self._control("POST", "tokens/expire", {"refresh_tokens": refresh_tokens})

    # Misbehaviour

    def fault(self, method=None, path=None, times=1, **effect):
        """Misbehave at the next requests that match.

        :param path: regular expression for the whole path
        :param times: how often; None: until the faults are cleared
        :param effect: see sandbox/faults.py; also `skip` and `body_contains`
        """
        rule = {"method": method, "path": path, "times": times, **effect}
        return self._control("POST", "faults", rule)

    def faults(self):
        """The rules with their counters `seen` and `hits`."""
        return self._control("GET", "faults")

    def clear_faults(self):
        self._control("DELETE", "faults")

    def outage(self, mode="refuse_503", seconds=None):
        """Let nothing work, until `end_outage` or for some seconds.

        :param mode: "refuse_503", or "drop" to close each connection
        """
        self._control("POST", "outage", {"mode": mode, "seconds": seconds})

    def end_outage(self):
        self._control("DELETE", "outage")

    # What arrived

    def requests(self, method=None, path=None):
        """What arrived since the last reset or `forget_requests`, oldest first.

        :param path: regular expression for the whole path
        :return: list of dicts: id, at, method, path, query, headers, body, status,
            answer, outcome, duration_ms
        """
        query = {"since": self._since, "method": method, "path": path}
        return self._control("GET", "requests", query=query)

    def forget_requests(self):
        """Count from here: `requests` will only tell what comes after this."""
        rows = self.requests()
        if rows:
            self._since = rows[-1]["id"]

    # What it holds

    def rows(self, entity, deleted=False):
        """All records of an entity, of all tenants, oldest first.

        :param deleted: the soft-deleted ones too
        """
        rows = self._control("GET", f"state/{entity}")
        return [row for row in rows if deleted or not row.get("deleted_at")]

    def count(self, entity):
        """How many live records it holds."""
        return self._control("GET", "state")[entity]

    def row(self, entity, **match):
        """The one live record whose fields have these values.

        :raise AssertionError: when there is none, or more than one
        """
        rows = [
            row
            for row in self.rows(entity)
            if all(row[name] == value for name, value in match.items())
        ]
        if len(rows) != 1:
            raise AssertionError(f"{len(rows)} {entity} with {match} at the sandbox")
        return rows[0]

    def change(self, entity, uuid, **values):
        """Edit a record behind everybody's back, e.g. let a certificate expire."""
        return self._control("PATCH", f"state/{entity}/{uuid}", values)

    def remove(self, entity, uuid):
        """Soft-delete a record behind everybody's back."""
        return self._control("DELETE", f"state/{entity}/{uuid}")

    def content(self, uuid):
        """The bytes of a file, as whoever downloads it gets them."""
        url = f"{self.url}/files/{uuid}/download"
        answer = self._session.get(url, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.content

    def _control(self, method, path, body=None, query=None):
        response = self._session.request(
            method,
            f"{self.url}/_sandbox/{path}",
            json=body,
            params=query,
            timeout=TIMEOUT,
        )
        if not response.ok:
            raise ValueError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None
