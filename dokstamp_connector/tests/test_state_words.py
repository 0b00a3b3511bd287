from collections import defaultdict

from odoo.tests import TransactionCase, tagged

# How far something is: these fields, whatever their model.
STATES = ("state", "sync_state", "shown_state", "outcome")
# Model → states that mean something else there, and are called so.
OF_THEIR_OWN = {
    "dokstamp.account": {"draft"},  # it has no credentials that work
    "dokstamp.run": {"failed", "sending"},  # the run itself, not a record
    "dokstamp.share": {"open"},  # a link works or not
    "dokstamp.mass.change": {"waiting"},  # for a manager's word
    "dokstamp.certificate.archive": {"waiting"},  # is packed at this moment
}


@tagged("post_install", "-at_install")
class TestStateWords(TransactionCase):
    """One state has one word, wherever it is met."""

    def test_a_state_is_called_the_same_on_every_screen(self):
        words = defaultdict(lambda: defaultdict(set))
        for name, state, word in self.states():
            if state not in OF_THEIR_OWN.get(name, ()):
                words[state][word].add(name)
        several = {
            state: dict(found) for state, found in words.items() if len(found) > 1
        }
        self.assertFalse(several)

    def test_what_is_on_its_way_waits_or_has_arrived_has_the_agreed_words(self):
        records = dict(self.words("dokstamp.student", "sync_state"))
        rows = dict(self.words("dokstamp.sync.record", "shown_state"))
        certificates = dict(self.words("dokstamp.certificate", "state"))
        self.assertEqual(records["pending"], rows["pending"])
        self.assertEqual(records["pending"], certificates["queued"])
        self.assertEqual(records["waiting"], rows["waiting"])
        self.assertEqual(records["synced"], "At DokStamp")

    def states(self):
        for name, model in self.env.registry.items():
            if name.startswith("dokstamp.") and not model._abstract:
                for field in STATES:
                    if field in model._fields:
                        for state, word in self.words(name, field):
                            yield name, state, word

    def words(self, model, field):
        return self.env[model].fields_get([field])[field]["selection"]
