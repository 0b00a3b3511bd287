from odoo import models


class SlideChannel(models.Model):
    _name = "slide.channel"
    _inherit = ["slide.channel", "dokstamp.fed.mixin"]
