"""Where more is said of a reason: `docs/errors.md` of the project, shipped as a page
that everybody may read.
"""

from markupsafe import Markup

PAGE = "/dokstamp_connector/static/docs/errors.html"


def docs_url(anchor):
    """The address, within this Odoo, of what is said of a reason.

    :param str anchor: as of the page: a kind of problem, of pause or of trouble
    :rtype: str
    """
    return f"{PAGE}#{anchor}"


def docs_link(env, anchor):
    """*Learn more*, as a link.

    :rtype: Markup
    """
    return Markup('<a href="%s" target="_blank">%s</a>') % (
        docs_url(anchor),
        env._("Learn more"),
    )
