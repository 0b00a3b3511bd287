"""Uploads (dokstamp-api.md 15)."""

import hashlib

import httpx

from .conftest import PDF, errors


def test_upload_answers_an_array_without_location(api):
    answer = api.upload(PDF + b"1", PDF + b"2")
    assert answer.status_code == 201
    first, second = answer.json()["data"]
    keys = {"uuid", "original_name", "mime_type", "size", "used_at"}
    assert first.keys() == keys
    assert (first["mime_type"], first["used_at"]) == ("application/pdf", None)
    assert first["uuid"] != second["uuid"]
    shown = api.get(f"/files/{first['uuid']}").json()["data"]
    assert shown["extension"] == "pdf"
    assert httpx.get(shown["file"]).content == PDF + b"1"


def test_same_bytes_are_the_same_file(api, other):
    one = api.upload(PDF, name="ana.pdf").json()["data"][0]
    two = api.upload(PDF, name="bo.pdf").json()["data"][0]
    assert two == one
    assert other.upload(PDF).json()["data"][0]["uuid"] != one["uuid"]
    api.options(file_dedup="none")
    assert api.upload(PDF).json()["data"][0]["uuid"] != one["uuid"]


def test_download_needs_no_credentials(process, api):
    uuid = api.file()
    answer = httpx.get(f"{process.url}/files/{uuid}/download")
    assert answer.content == PDF
    assert answer.headers["Content-Type"] == "application/pdf"


def test_what_cannot_be_uploaded(api):
    assert errors(api.http.post("/files", files={"file": ("a.pdf", PDF)})) == {"files"}
    assert errors(api.upload(PDF, b"plain text")) == {"files.1"}
    assert errors(api.upload(b"")) == {"files.0"}
    api.options(max_file_kilobytes=1)
    assert errors(api.upload(PDF + b" " * 1024)) == {"files.0"}
    assert api.rows("files") == []


def test_ledger_keeps_name_size_and_hash_only(api):
    api.upload(PDF, name="ana.pdf")
    row = api.ledger(method="POST", path="/files")[0]
    assert row["body"]["files[]"] == [
        {
            "filename": "ana.pdf",
            "content_type": "application/pdf",
            "size": len(PDF),
            "sha256": hashlib.sha256(PDF).hexdigest(),
        }
    ]


def test_free_files_can_be_listed(api):
    spent = api.certificate_body()
    api.created("/certificates", **spent)
    free = api.file(PDF + b"free")
    listed = api.get("/files", **{"where[used_at]": "null"}).json()["data"]
    assert [file["uuid"] for file in listed] == [free]
    assert api.delete(f"/files/{spent['file_uuid']}").status_code == 409
    assert api.delete(f"/files/{free}").status_code == 204
