"""Whoever prepared a certificate last becomes the first of all who are remembered."""

from odoo.tools.sql import column_exists


def migrate(cr, version):
    if not column_exists(cr, "dokstamp_certificate", "prepared_by_id"):
        return
    cr.execute(
        """
        INSERT INTO dokstamp_certificate_preparer_rel (certificate_id, user_id)
             SELECT certificate.id, certificate.prepared_by_id
               FROM dokstamp_certificate certificate
               JOIN res_users ON res_users.id = certificate.prepared_by_id
              WHERE NOT res_users.share AND res_users.id != 1
        ON CONFLICT DO NOTHING
        """
    )
