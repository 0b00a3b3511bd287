"""How a portfolio page and its items reach DokStamp: dokstamp-api.md 13.1.

Documented are creating and changing them, not listing nor deleting. So listing is only
tried: where DokStamp answers it, a create whose answer was lost is found again; where
it does not, a second create of a page is refused because its slug is taken, and a
person sees that on the page. An item could then stand on its page twice. What is
removed here is hidden there.
"""

from dataclasses import dataclass

from ....dokstamp_api import AnswerNotUnderstood, NotFound, Rejected
from ....dokstamp_api.resources import Collection, below
from ...sync.messages import Message, Push


@dataclass(kw_only=True)
class PushBelow(Push):
    """Create or update a record of a collection below other records.

    :param tuple path: what the collection lies below, as `("students", uuid, "pages")`
    """

    path: tuple[str, ...]

    def _below(self, parent_uuid):
        return Collection(self.client, below(*self.path))

    def _search(self):
        try:
            return super()._search()
        except (Rejected, AnswerNotUnderstood):
            return None  # this DokStamp does not list them


@dataclass(kw_only=True)
class HideBelow(Message):
    """Take a record out of the public's sight; how to delete it is not documented.

    :param tuple path: as of `PushBelow`
    :param dict hidden: the body that hides it
    """

    path: tuple[str, ...]
    hidden: dict

    def _run(self):
        self._meaning("archived", {}, self.hidden)
        try:
            Collection(self.client, below(*self.path)).update(self.uuid, self.hidden)
        except NotFound:  # gone already
            return
