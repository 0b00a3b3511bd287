"""What DokStamp finds a record by stands on its binding, and who entered a line of the
register by name.
"""

from odoo import SUPERUSER_ID, api

BATCH = 1000  # bindings


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    bindings = env["dokstamp.binding"]
    last_id = 0
    while batch := bindings.search([("id", ">", last_id)], order="id", limit=BATCH):
        last_id = batch[-1].id
        for binding in batch.filtered(lambda b: b.res_model in env):
            binding.held_keys = env[binding.res_model]._held_keys(binding.last_payload)
        env.flush_all()
        batch.invalidate_recordset()
    cr.execute(
        """
        UPDATE dokstamp_register_entry entry
           SET user_name = partner.name
          FROM res_users users
          JOIN res_partner partner ON partner.id = users.partner_id
         WHERE users.id = entry.user_id AND entry.user_name IS NULL
        """
    )
