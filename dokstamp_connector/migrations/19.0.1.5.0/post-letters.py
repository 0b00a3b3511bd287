"""The letter with a certificate is `noupdate`: what a school wrote there stays, but the
link in it leads to nothing any more that is no page of the web.
"""

BEFORE = "object.verification_url or object.check_url"
NOW = "object._public_page() or object.check_url"


def migrate(cr, version):
    cr.execute(
        """
        UPDATE mail_template
           SET body_html = replace(body_html::text, %s, %s)::jsonb
         WHERE model = 'dokstamp.certificate'
           AND strpos(body_html::text, %s) > 0
        """,
        (BEFORE, NOW, BEFORE),
    )
