"""The negative control of scripts/prove: loaded by the server (`--load`), never
installed, it takes out one of the things that the proof stands on. Each has to be
found, or the machine proves nothing.

    look      nobody looks whether an attempt of unknown outcome has worked
    commit    what DokStamp answered is noted when the flush ends, not at once
    lock      two flushes may serve one account at the same time
    search    what is not known is created without a search
    latest    of several rows of a record the oldest one is sent
"""

import inspect
import os
import sys
import textwrap

from odoo.addons.dokstamp_connector.models.sync.flush import DokstampFlush
from odoo.addons.dokstamp_connector.models.sync.messages import Issue, Push

MUTANTS = {
    "look": (
        (Push, "_run", "if not is_new and (", "if not (is_new or self.tried) and ("),
        (Issue, "_run", "self.was_attempted and", "False and"),
    ),
    "commit": (
        (
            DokstampFlush,
            "_run",
            "self._alone(lane, self._settle, lane.take(finished))",
            "vars(lane).setdefault('late', []).extend(lane.take(finished))",
        ),
        (
            DokstampFlush,
            "_close_lanes",
            "lane.close()",
            "self._settle(lane, vars(lane).get('late', [])); lane.close()",
        ),
    ),
    "lock": ((DokstampFlush, "_lock", "return taken", "return True"),),
    "search": (
        (Push, "_run", "if not is_new and (", "if self.tried and not is_new and ("),
    ),
    "latest": ((DokstampFlush, "_claim_where", "q.id DESC", "q.id ASC"),),
}


def change(owner, name, before, after):
    """Replace a piece of a method's source, which has to be there once."""
    method = getattr(owner, name)
    source = textwrap.dedent(inspect.getsource(method))
    if source.count(before) != 1:
        raise ValueError(f"{owner.__name__}.{name} is not as the mutant expects it")
    scope = {}
    namespace = vars(sys.modules[owner.__module__])
    exec(source.replace(before, after), namespace, scope)  # noqa: S102
    setattr(owner, name, scope[name])


if mutant := os.environ.get("DOKSTAMP_MUTANT"):
    for one in MUTANTS[mutant]:
        change(*one)
