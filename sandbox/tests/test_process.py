"""The process: its first line, restarts, many requests at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from .conftest import PDF, Api, Process


def test_first_line_says_where_it_listens():
    process = Process("--seed", "--generation", "older")
    try:
        assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+", process.first_line)
        api = Api(process.url, token="none")
        assert [row["name"] for row in api.rows("institutions")] == ["Demo School"]
        assert api.control("POST", "reset")["generation"] == "older"
    finally:
        assert process.stop() == 0


def test_killed_and_started_again_it_knows_everything(tmp_path):
    database = str(tmp_path / "sandbox.db")
    first = Process("--db", database)
    api = Api(first.url)
    token = api.http.headers["Authorization"].partition(" ")[2]
    student = api.student()
    file = api.file()
    api.options(per_page_max=9)
    before = api.ledger()
    first.kill()
    second = Process("--db", database)
    try:
        api = Api(second.url, token=token)
        assert api.get(f"/students/{student}").status_code == 200
        assert api.get(f"/files/{file}/download").content == PDF
        assert api.control("GET", "options")["per_page_max"] == 9
        assert api.ledger()[: len(before)] == before
        assert api.ledger()[-1]["id"] > before[-1]["id"]
    finally:
        second.stop()


def test_one_email_at_once_from_twenty_is_one_student(api, process):
    token = api.http.headers["Authorization"].partition(" ")[2]
    clients = [Api(process.url, token=token) for _ in range(20)]
    body = {"name": "Ana", "email": "ana@example.com", "date_of_birth": "2001-02-03"}
    with ThreadPoolExecutor(20) as pool:
        answers = pool.map(lambda client: client.post("/students", **body), clients)
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 19
    assert len(api.rows("students")) == 1


def test_one_file_for_many_certificates_at_once_is_one_certificate(api, process):
    token = api.http.headers["Authorization"].partition(" ")[2]
    body = api.certificate_body()
    clients = [Api(process.url, token=token) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda client: client.post("/certificates", **body), clients)
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7


def test_connection_is_kept(api):
    address = api.http.base_url
    connection = HTTPConnection(address.host, address.port, timeout=5)
    connection.connect()
    connection.auto_open = 0
    for _ in range(3):
        connection.request("GET", "/students", headers=dict(api.http.headers))
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.close()
