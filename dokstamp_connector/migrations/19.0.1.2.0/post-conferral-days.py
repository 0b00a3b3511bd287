"""A day that is not the one of the completion was chosen by somebody, and stays."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE dokstamp_certificate certificate
           SET is_day_chosen = TRUE
         WHERE certificate.conferral_date IS NOT NULL
           AND NOT EXISTS (
               SELECT 1 FROM dokstamp_enrollment enrollment
                WHERE enrollment.id = certificate.enrollment_id
                  AND enrollment.completed_at = certificate.conferral_date
           )
        """
    )
