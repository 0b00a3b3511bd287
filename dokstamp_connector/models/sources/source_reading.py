from odoo import api, fields, models


class DokstampSourceReading(models.Model):
    """What of a source, or of a kind of registry record, is still to be read, and what
    kept the sweep from it.

    Users only add lines, the sweep alone changes and deletes them: whoever edits a
    source while it is being read is never in its way, nor it in theirs.
    """

    _name = "dokstamp.source.reading"
    _description = "DokStamp Reading of a Source"
    _rec_name = "source_id"
    _order = "id"

    source_id = fields.Many2one(
        "dokstamp.source", readonly=True, ondelete="cascade", index=True
    )
    res_model = fields.Char(string="Kind of registry record", readonly=True)
    from_id = fields.Integer(
        string="Goes on at", default=1, readonly=True, aggregator=None
    )
    problem = fields.Text(readonly=True)
    is_of_new_definition = fields.Boolean(
        readonly=True, help="What the source has fed may not match any more."
    )

    @api.model
    def _request(self, from_ids, **values):
        """Have sources read again.

        :param dict from_ids: source → the smallest id that is to be read
        """
        self.create(
            [
                {"source_id": source.id, "from_id": from_id, **values}
                for source, from_id in from_ids.items()
            ]
        )

    @api.model
    def _waiting(self, sources):
        """What is still to be read of these sources."""
        return self.search([("source_id", "in", sources.ids), ("from_id", ">", 0)])

    @api.model
    def _waiting_registry(self):
        """What is still to be compared with what DokStamp holds."""
        return self.search([("res_model", "!=", False)])

    @api.model
    def _request_registry(self):
        kinds = self.env["dokstamp.entity"]._registry_models()
        return self.create([{"res_model": kind} for kind in kinds])

    @api.model
    def _kinds_waiting(self, domain=()):
        """Of which kinds there is more to be read.

        :return: pairs of company id and registry model
        :rtype: set[tuple[int, str]]
        """
        waiting = self.search([("from_id", ">", 0), *domain])
        sources = waiting.source_id.filtered("active")
        return {(one.company_id.id, one.entity) for one in sources}

    def _note_progress(self, next_id):
        """These were read up to ``next_id``; 0: to the end."""
        problems = [("source_id", "in", self.source_id.ids), ("from_id", "=", 0)]
        self.search(problems).unlink()
        if next_id:
            kept = self.sorted("is_of_new_definition", reverse=True)[0]
            (self - kept).unlink()
            kept.from_id = next_id
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
