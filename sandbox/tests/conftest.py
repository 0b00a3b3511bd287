"""A running sandbox, reset before each test, and somebody who talks to it."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PDF = b"%PDF-1.4\n% "
CREDENTIALS = {
    "demo-school": ("demo-client", "demo-secret"),
    "other-school": ("other-client", "other-secret"),
}


class Process:
    """A sandbox in a process of its own."""

    def __init__(self, *arguments):
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", "0", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.first_line = self._popen.stdout.readline().rstrip("\n")
        self.url = self.first_line.removeprefix("listening on ")

    def stop(self):
        self._popen.terminate()
        return self._popen.wait(10)

    def kill(self):
        self._popen.kill()
        self._popen.wait(10)


class Api:
    """An integration of one tenant, and the control API beside it."""

    def __init__(self, url, tenant="demo-school", token=None):
        headers = {"Accept": "application/json", "X-Tenant": tenant}
        self.http = httpx.Client(
            base_url=url,
            headers=headers,
            timeout=10,
            verify=False,  # noqa: S501 plain HTTP: reading all authorities takes long
        )
        if token is None:
            self.log_in(*CREDENTIALS[tenant])
        else:
            self.use(token)

    def log_in(self, client_id, client_secret):
        self.use(self.service_token(client_id, client_secret).json()["access_token"])

    def service_token(self, client_id, client_secret, **form):
        given = {"grant_type": "client_credentials", "client_id": client_id}
        given |= {"client_secret": client_secret, **form}
        return self.http.post("/oauth/token", data=given)

    def use(self, token):
        self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path, /, **query):
        return self.http.get(path, params=query)

    def post(self, path, /, **body):
        return self.http.post(path, json=body)

    def patch(self, path, /, **body):
        return self.http.patch(path, json=body)

    def put(self, path, /, **body):
        return self.http.put(path, json=body)

    def delete(self, path, /, **body):
        return self.http.request("DELETE", path, json=body or None)

    def upload(self, *contents, name="certificate.pdf"):
        files = [("files[]", (name, content)) for content in contents]
        return self.http.post("/files", files=files)

    def control(self, method, path, body=None, /, **query):
        answer = self.http.request(method, f"/_sandbox/{path}", json=body, params=query)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def options(self, **options):
        return self.control("PATCH", "options", options)

    def fault(self, **rule):
        return self.control("POST", "faults", rule)

    def ledger(self, **query):
        return self.control("GET", "requests", **query)

    def rows(self, entity):
        return self.control("GET", f"state/{entity}")

    # A small school

    def created(self, path, /, **body):
        answer = self.post(path, **body)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    def institution(self, **values):
        return self.created(
            "/institutions", **{"name": "School", "country": "Portugal", **values}
        )["uuid"]

    def course(self, institution, **values):
        body = {"name": "Pottery", "institution_uuid": institution, **values}
        return self.created("/courses", **body)["uuid"]

    def module(self, institution, **values):
        body = {"name": "Clay", "institution_uuid": institution, **values}
        return self.created("/modules", **body)["uuid"]

    def student(self, email="ana@example.com", **values):
        body = {"name": "Ana Lima", "email": email, "date_of_birth": "2001-02-03"}
        return self.created("/students", **body | values)["uuid"]

    def enrollment(self, student, course, **values):
        body = {"student_uuid": student, "course_uuid": course}
        body |= {"enrolled_at": "2025-01-31", **values}
        return self.created("/enrollments", **body)["uuid"]

    def file(self, content=PDF):
        return self.upload(content).json()["data"][0]["uuid"]

    def certificate_body(self, content=PDF, email="ana@example.com", **values):
        """What POST /certificates needs, with everything that it leans on."""
        institution = self.institution()
        body = {
            "institution_uuid": institution,
            "course_uuid": self.course(institution),
            "student_uuid": self.student(email),
            "file_uuid": self.file(content),
        }
        return body | values


@pytest.fixture(scope="session")
def process():
    process = Process()
    yield process
    process.stop()


@pytest.fixture
def api(process):
    Api(process.url, token="none").control("POST", "reset")
    return Api(process.url)


@pytest.fixture
def other(api, process):
    """Another tenant's integration."""
    return Api(process.url, "other-school")


def eventually(holds, seconds=10):
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)


def errors(answer):
    """The fields that a 422 complains about."""
    assert answer.status_code == 422, answer.text
    return set(answer.json()["errors"])
