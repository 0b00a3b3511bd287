"""Batches are cohorts: state and button on their forms."""

from odoo import models


class OpBatch(models.Model):
    _name = "op.batch"
    _inherit = ["op.batch", "dokstamp.openeducat.form"]
