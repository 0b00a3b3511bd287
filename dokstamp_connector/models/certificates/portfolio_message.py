"""How a portfolio page and its items reach DokStamp: dokstamp-api.md 13.1.

Documented are creating and changing them, not listing nor deleting. So listing is only
tried: where DokStamp answers it, a create whose answer was lost is found again; where
it does not, a second create of a page is refused because its slug is taken, and a
person sees that on the page. An item could then stand on its page twice. What is
removed here is hidden there.
"""

from dataclasses import dataclass

from ...dokstamp_api import AnswerNotUnderstood, NotFound, Rejected
from ..sync.messages import Find, Message, Push, Stopped


@dataclass(kw_only=True)
class PushUnlisted(Push):
    """Create or update a record that can perhaps not be listed, and not be deleted.

    :param dict hidden: the body that hides it where it has stood before
    """

    hidden: dict

    def _search(self):
        try:
            return super()._search()
        except (Rejected, AnswerNotUnderstood):
            return None  # this DokStamp does not list them

    def _leave(self, path, uuid):
        self._meaning("archived", {}, self.hidden)
        try:
            self._collection(path).update(uuid, self.hidden)
        except NotFound:  # gone already
            return


@dataclass(kw_only=True)
class FindUnlisted(Find):
    """Look whether a record that Odoo keeps no more got there; where nobody can tell, a
    person has to look.

    :param str unknown: a sentence about that
    """

    unknown: str

    def _search(self):
        try:
            return super()._search()
        except (Rejected, AnswerNotUnderstood) as error:
            raise Stopped(self.unknown) from error


@dataclass(kw_only=True)
class Hide(Message):
    """Take a record out of the public's sight; how to delete it is not documented.

    :param dict hidden: the body that hides it
    """

    hidden: dict

    def _run(self):
        self._meaning("archived", {}, self.hidden)
        try:
            self._at.update(self.uuid, self.hidden)
        except NotFound:  # gone already
            return
