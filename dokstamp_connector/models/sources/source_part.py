from odoo import api, models

ORDER = {"sequence"}  # how parts are listed defines nothing


class DokstampSourcePart(models.AbstractModel):
    """A part of a source's definition: any change of it has all records read again."""

    _name = "dokstamp.source.part"
    _description = "DokStamp Part of a Source"

    def _sources(self):
        """The sources that these are parts of.

        :rtype: dokstamp.source
        """
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._sources()._definition_changed()
        return parts

    def write(self, vals):
        sources = self._sources()
        result = super().write(vals)
        if vals.keys() - ORDER:
            sources |= self._sources()
            sources._definition_changed()
            sources._check_lacks_nothing()
        return result

    def unlink(self):
        sources = self._sources()
        result = super().unlink()
        sources = sources.exists()
        sources._definition_changed()
        sources._check_lacks_nothing()
        return result
