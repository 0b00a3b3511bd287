"""Certificates: draft, issued, revoked, expired, and never back
(dokstamp-api.md 16)."""

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import Route

from . import issuing, schema
from .academic import cohort_of_other_course
from .answers import Invalid
from .bodies import RevokeBody
from .calls import Call, endpoint
from .entities import CERTIFICATES
from .resources import Resource, selected_invalid
from .store import now

# How a call says that the certificate is to be issued; none of them is a column of
# what the caller may set.
WISHES = ("finish", "status", "issued_at")


class Certificates(Resource):
    """Certificates, issued in either generation's way."""

    def extra(self, call: Call, row: dict) -> dict:
        url = f"{call.base_url}/verify/{row['short_id']}" if row["short_id"] else None
        files = [{"type": "certificate", "uuid": row["file_uuid"]}]
        return {"public_verification_url": url, "files": files}

    def browse(self, call: Call) -> Response:
        pending = select(self.table).where(
            *self.live(call), self.table.c.pending_issued_at.is_not(None)
        )
        for row in call.db.execute(pending).mappings().all():
            issuing.advance(call, dict(row))
        return super().browse(call)

    def read(self, call: Call) -> Response:
        row = issuing.advance(call, self.find(call, call.path("uuid")))
        return call.data(self.present_one(call, row))

    def insert(self, call: Call, values: dict) -> dict:
        wish = self._take_wish(call, values)
        row = super().insert(call, values | {"status": "draft"})
        self._use_file(call, row)
        return issuing.begin(call, row, wish) if wish else row

    def change(self, call: Call, row: dict, values: dict) -> dict:
        """Drafts may be edited, and issued if the platform lets it; no others."""
        if row["status"] != "draft" or row["pending_issued_at"]:
            message = f"The certificate is {row['status']} and cannot be changed."
            raise Invalid({"status": [message]})
        wish = self._take_wish(call, values)
        if wish and call.options.issue_existing_draft == "reject":
            raise Invalid({"status": ["An existing draft cannot be issued."]})
        changed = super().change(call, row, values)
        if changed["file_uuid"] != row["file_uuid"]:
            self._use_file(call, changed)
        return issuing.begin(call, changed, wish) if wish else changed

    def _take_wish(self, call: Call, values: dict) -> str | None:
        """Take the keys about issuing out of the values.

        :return: the time of issue when it is to be issued, else None
        """
        given = {name: values.pop(name, None) for name in WISHES}
        by_finish = given["finish"] and call.options.issue_by != "status"
        by_status = given["status"] == "issued" and call.options.issue_by != "finish"
        if by_status and given["issued_at"]:
            return given["issued_at"]
        return now() if by_finish or by_status else None

    def validate(self, call: Call, row: dict, new: dict) -> None:
        super().validate(call, row, new)
        if "file_uuid" in new:
            used_at = schema.files.c.used_at
            query = select(used_at).where(schema.files.c.uuid == new["file_uuid"])
            if call.db.scalar(query) is not None:
                message = "The file has already been used by a certificate."
                raise Invalid({"file_uuid": [message]})

    def check(self, call: Call, row: dict) -> dict[str, list[str]]:
        errors = cohort_of_other_course(call, row)
        course = _row(call, schema.courses, row["course_uuid"])
        if course["institution_uuid"] != row["institution_uuid"]:
            errors["course_uuid"] = selected_invalid("course_uuid")
        enrollment = _row(call, schema.enrollments, row["enrollment_uuid"])
        for field in ("student_uuid", "course_uuid"):
            if enrollment and enrollment[field] != row[field]:
                errors["enrollment_uuid"] = selected_invalid("enrollment_uuid")
        return errors

    def _use_file(self, call: Call, row: dict) -> None:
        table = schema.files
        used = table.update().where(table.c.uuid == row["file_uuid"])
        call.db.execute(used, {"used_at": now()})

    def remove(self, call: Call, row: dict) -> None:
        blocked = call.options.delete_issued_certificate == "block"
        if blocked and (row["status"] != "draft" or row["pending_issued_at"]):
            raise self.refused_deletion(call)
        super().remove(call, row)

    def revoke(self, call: Call) -> Response:
        """PUT /certificates/{uuid}/revoke (16.4); the body may be missing."""
        reason = call.read(RevokeBody).revocation_reason if call.body else None
        row = self.find(call, call.path("uuid"))
        refused = {
            "draft": call.options.revoke_draft == "reject",
            "revoked": call.options.revoke_again == "reject",
            "expired": True,
        }
        if refused.get(row["status"]):
            message = f"The certificate is {row['status']} and cannot be revoked."
            raise Invalid({"status": [message]})
        values = {"status": "revoked", "revoked_at": now(), "revocation_reason": reason}
        return call.data(self.present_one(call, super().change(call, row, values)))

    def routes(self) -> list[Route]:
        revoke = endpoint(self.revoke)
        return [
            Route("/certificates/{uuid}/revoke", revoke, methods=["PUT"]),
            *super().routes(),
        ]


def _row(call: Call, table, uuid: str | None):
    if uuid is None:
        return None
    return call.db.execute(select(table).where(table.c.uuid == uuid)).mappings().first()


ROUTES = Certificates(CERTIFICATES).routes()
