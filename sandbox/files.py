"""Files: uploaded first, used by one certificate only (dokstamp-api.md 15)."""

import hashlib
from collections.abc import Iterator
from pathlib import PurePath
from urllib.parse import quote

from sqlalchemy import select
from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from . import schema
from .answers import Invalid, NotFound
from .calls import Access, Call, endpoint
from .entities import FILES
from .resources import Resource

FIELD = "files[]"
KILOBYTE = 1024  # bytes
# What a file of each type begins with: PDF for certificates, images for badges.
MAGIC = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}
# The answer to an upload shows these only.
UPLOADED = ("uuid", "original_name", "mime_type", "size", "used_at")


class Files(Resource):
    """Uploads with content-hash deduplication."""

    def extra(self, call: Call, row: dict) -> dict:
        return {"file": f"{call.base_url}/files/{row['uuid']}/download"}

    def create(self, call: Call) -> Response:
        """POST /files: every file of the form, or none."""
        uploads = _uploads(call)
        errors = dict(_wrong(uploads, call.options.max_file_kilobytes))
        if errors:
            raise Invalid(errors)
        rows = [self._keep(call, upload) for upload in uploads]
        answer = [{name: row[name] for name in UPLOADED} for row in rows]
        return call.data(answer, 201)

    def _keep(self, call: Call, upload: UploadFile) -> dict:
        """The record of an upload: the existing one when the bytes are known."""
        content = upload.file.read()
        digest = hashlib.sha256(content).hexdigest()
        if call.options.file_dedup == "tenant":
            known = select(self.table).where(
                *self.live(call), self.table.c.sha256 == digest
            )
            row = call.db.execute(known).mappings().first()
            if row is not None:
                return dict(row)
        mime_type, extension = _kind(content)
        row = self.insert(
            call,
            {
                "original_name": PurePath(upload.filename).name,
                "mime_type": mime_type,
                "extension": extension,
                "size": len(content),
                "sha256": digest,
            },
        )
        stored = {"file_uuid": row["uuid"], "content": content}
        call.db.execute(schema.file_contents.insert(), stored)
        return row

    def download(self, call: Call) -> Response:
        """GET /files/{uuid}/download: meant to be shared, so open to anybody."""
        uuid = call.path("uuid")
        query = (
            select(self.table, schema.file_contents.c.content)
            .join_from(
                self.table,
                schema.file_contents,
                schema.file_contents.c.file_uuid == self.table.c.uuid,
            )
            .where(self.table.c.uuid == uuid, self.table.c.deleted_at.is_(None))
        )
        row = call.db.execute(query).mappings().first()
        if row is None:
            raise NotFound(self.entity.model, uuid)
        name = quote(row["original_name"])
        headers = {"Content-Disposition": f"inline; filename*=utf-8''{name}"}
        return Response(row["content"], headers=headers, media_type=row["mime_type"])

    def routes(self) -> list[Route]:
        download = endpoint(self.download, Access.OPEN)
        return [
            Route("/files/{uuid}/download", download, methods=["GET"]),
            *super().routes(),
        ]


def _uploads(call: Call) -> list[UploadFile]:
    given = call.form.getlist(FIELD) if call.form is not None else []
    if not given:
        raise Invalid({"files": ["The files field is required."]})
    for index, upload in enumerate(given):
        if not isinstance(upload, UploadFile):
            raise Invalid({f"files.{index}": [f"The files.{index} must be a file."]})
    return given


def _wrong(
    uploads: list[UploadFile], kilobytes: int
) -> Iterator[tuple[str, list[str]]]:
    """(field, messages) of each upload that is too large or of no known type."""
    for index, upload in enumerate(uploads):
        field = f"files.{index}"
        if _kind(upload.file.read(16)) is None:
            types = ", ".join(extension for _mime, extension in MAGIC.values())
            yield field, [f"The {field} must be a file of type: {types}."]
        elif upload.size > kilobytes * KILOBYTE:
            yield field, [f"The {field} may not be greater than {kilobytes} kilobytes."]
        upload.file.seek(0)


def _kind(content: bytes) -> tuple[str, str] | None:
    """(mime type, extension) by the first bytes."""
    for magic, kind in MAGIC.items():
        if content.startswith(magic):
            return kind
    return None


ROUTES = Files(FILES).routes()
