"""What becomes of what Odoo's privacy lookup finds of ours when it is to be deleted.

Each model answers `_erase_found` with a sentence when it has to keep something.
"""

from odoo import models


class DokstampStudent(models.Model):
    _inherit = "dokstamp.student"

    def _erase_found(self):
        kept = self.with_context(active_test=False)._kept_sentence()
        self._erase()
        return kept


class DokstampEnrollment(models.Model):
    _inherit = "dokstamp.enrollment"

    def _erase_found(self):
        if self._relied_on():
            return self.env._("The enrollment stays: a certificate is of it.")
        self.env["dokstamp.erasure"]._note(self)
        self.unlink()
        return False


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    def _erase_found(self):
        if self.state != "draft":
            return self.env._(
                "It stays: a certificate that was given out has to be verifiable. To "
                "take it back, revoke it."
            )
        self.unlink()
        return False


class DokstampRegisterEntry(models.Model):
    _inherit = "dokstamp.register.entry"

    def _erase_found(self):
        return self.env._(
            "It stays: the register says without a gap which certificates were given "
            "out."
        )


class DokstampAuditLog(models.Model):
    _inherit = "dokstamp.audit.log"

    def _erase_found(self):
        self._empty()
        return self.env._("The line stays, without values and name.")


class DokstampSyncRecord(models.Model):
    _inherit = "dokstamp.sync.record"

    def _erase_found(self):
        self._forget_personal_data()
        if self.removal_keys:
            return self.env._(
                "It stays until the record is taken away from DokStamp: erase it again "
                "after that."
            )
        return self.env._("The queue row stays, without name and keys.")


class DokstampSourceLink(models.Model):
    _inherit = "dokstamp.source.link"

    def _erase_found(self):
        self.write({"last_values": False, "held_changes": False})
        return self.env._(
            "The link stays, without what the school app's record said. It is read "
            "again as long as that record is there: erase that as well."
        )
