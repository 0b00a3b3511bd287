"""Which language is used where one is wanted that may be switched off by now."""

ENGLISH = "en_US"


def usable_language(env, *codes):
    """The first of ``codes`` that is switched on; else English, else any that is.

    Odoo raises on a language that is not.

    :param codes: of languages, or False
    :rtype: str
    """
    installed = [code for code, _name in env["res.lang"].get_installed()]
    for code in (*codes, ENGLISH):
        if code in installed:
            return code
    return installed[0]


def language_name(env, code):
    """What a language is called, without what it calls itself."""
    name = env["res.lang"]._get_data(code=code).name or code
    return name.partition(" / ")[0]
