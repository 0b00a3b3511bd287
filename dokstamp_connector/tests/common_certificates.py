"""What the tests of certificates share."""

import base64
import itertools

from .common import DokstampCase

_documents = itertools.count()


class CertificateCase(DokstampCase):
    """A student who completed a course, both at DokStamp; `draft` makes a certificate
    with a document.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.course(workload_hours=40)
        cls.ada = self.student()
        cls.completion = self.enrollment(
            student_id=cls.ada.id,
            course_id=cls.botany.id,
            completion_status="completed",
            completed_at="2026-10-01",
        )
        self.flush()

    def draft(self, **values):
        """A draft with a small document of its own, as a registrar uploads one."""
        content = f"%PDF-1.4 test document {next(_documents)} {self.id()}".encode()
        values = {
            "student_id": self.ada.id,
            "course_id": self.botany.id,
            "enrollment_id": self.completion.id,
            "pdf": base64.b64encode(content),
            **values,
        }
        if not values["enrollment_id"]:  # nothing tells that it was completed, or when
            values = {
                "conferral_date": "2026-10-01",
                "exception_reason": "Completed before the registry began",
                **values,
            }
        certificates = self.env["dokstamp.certificate"].with_user(self.registrar)
        return certificates.create(values)

    def issued(self, **values):
        certificate = self.draft(**values)
        certificate.action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        self.sandbox.forget_requests()
        return certificate

    def live(self):
        """Issued certificates at DokStamp."""
        return [
            row
            for row in self.sandbox.rows("certificates")
            if row["status"] == "issued"
        ]
