from odoo import api, fields, models


class DokstampSourceReading(models.Model):
    """What of a source is still to be read, and what kept the sweep from it.

    Users only add lines, the sweep alone changes and deletes them: whoever edits a
    source while it is being read is never in its way, nor it in theirs.
    """

    _name = "dokstamp.source.reading"
    _description = "DokStamp Reading of a Source"
    _rec_name = "source_id"
    _order = "id"

    source_id = fields.Many2one(
        "dokstamp.source", required=True, readonly=True, ondelete="cascade", index=True
    )
    from_id = fields.Integer(
        string="Goes on at", default=1, readonly=True, aggregator=None
    )
    problem = fields.Text(readonly=True)

    @api.model
    def _request(self, from_ids):
        """Have sources read again.

        :param dict from_ids: source → the smallest id that is to be read
        """
        self.create(
            [
                {"source_id": source.id, "from_id": from_id}
                for source, from_id in from_ids.items()
            ]
        )

    @api.model
    def _waiting(self, sources):
        """What is still to be read of these sources."""
        return self.search([("source_id", "in", sources.ids), ("from_id", ">", 0)])

    def _note_progress(self, next_id):
        """These were read up to ``next_id``; 0: to the end."""
        problems = [("source_id", "in", self.source_id.ids), ("from_id", "=", 0)]
        self.search(problems).unlink()
        if next_id:
            self[1:].unlink()
            self[0].from_id = next_id
        else:
            self.unlink()

    def _note_problem(self, problem):
        """These cannot be read before somebody mends what is wrong."""
        sources = self.source_id
        self._note_progress(0)
        self.create(
            [
                {"source_id": source.id, "from_id": 0, "problem": problem}
                for source in sources
            ]
        )

    @api.model
    def _problems_of(self, sources):
        """Source id → why the sweep could not read it.

        :rtype: dict[int, str]
        """
        noted = self.search(
            [("source_id", "in", sources.ids), ("problem", "!=", False)]
        )
        return {line.source_id.id: line.problem for line in noted}
