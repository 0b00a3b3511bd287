"""Sentences that are kept, and said in the language of whoever reads them.

A sentence is made where something goes wrong: in the scheduled action, in the language
of the school, or in the save of some user, in theirs. What is kept is one of our terms
with values in it; it is recognised as such when it is read, and said anew. What no term
is, such as DokStamp's own words or a name, stays as it is.
"""

import re
from functools import lru_cache

from odoo import fields
from odoo.tools import file_open
from odoo.tools.translate import code_translations, translation_file_reader

from .language import ENGLISH

OURS = "dokstamp_connector"  # in the name of each addon whose sentences are kept
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LABELS = frozenset({"field", "fields", "keys"})  # placeholders for labels of fields
TELLING = 8  # letters of its own that a term with values needs to be told by


class Sentence(fields.Text):
    """A text that the connector writes and that its reader gets in their language."""

    def convert_to_record(self, value, record):
        return said(record.env, super().convert_to_record(value, record))


def said(env, text):
    """``text`` in the language of ``env``, as far as it is ours.

    :param str | bool text: False for none
    :rtype: str | bool
    """
    lang = env.lang or ENGLISH
    languages = {code for code, _name in env["res.lang"].get_installed()}
    others = tuple(sorted(languages - {lang, ENGLISH}))
    if not text or not others and lang == ENGLISH:
        return text
    addons = tuple(sorted(name for name in env.registry._init_modules if OURS in name))
    # as it is already in this language, first
    spoken = tuple(
        (code, _phrases(addons, code, (lang, *others)))
        for code in (lang, ENGLISH, *others)
    )
    lines = [_said_anew(env, addons, spoken, line) for line in text.split("\n")]
    if None not in lines:
        return "\n".join(lines)
    whole = _said_anew(env, addons, spoken, text)
    return text if whole is None else whole


def _said_anew(env, addons, spoken, text):
    """The sentence in the language of ``env``; None if it is none of ours.

    :param tuple spoken: language and its `_phrases`, in which it may be kept
    """
    for code, phrases in spoken:
        for told_by, pattern, source in phrases:
            if told_by in text and (match := pattern.fullmatch(text)):
                values = {
                    name: _value_anew(env, addons, spoken, code, name, value)
                    for name, value in match.groupdict().items()
                }
                term = _terms(addons, env.lang or ENGLISH).get(source, source)
                return term % values if values else term
    return None


def _value_anew(env, addons, spoken, code, name, value):
    """What stands in a sentence: another sentence, labels of fields, or just a value.

    :param str code: the language that the sentence is kept in
    """
    if name in LABELS:
        labels = _labels(env, code)
        return ", ".join(labels.get(label, label) for label in value.split(", "))
    anew = _said_anew(env, addons, spoken, value)
    return value if anew is None else anew


def _labels(env, code):
    """Label of a field of ours in one language → in that of ``env``.

    :rtype: dict[str, str]
    """
    labels = {}
    for model in filter(lambda name: name.startswith("dokstamp."), env.registry):
        now = env["ir.model.fields"].get_field_string(model)
        kept = env(context={"lang": code})["ir.model.fields"].get_field_string(model)
        for name, label in kept.items():
            anew = now.get(name, label)
            labels.setdefault(label, anew)
            # as `_label` of the registry has it inside a sentence
            labels.setdefault(_begun_small(label), _begun_small(anew))
    return labels


def _begun_small(label):
    return label[:1].lower() + label[1:]


@lru_cache(maxsize=64)
def _terms(addons, lang):
    """Each term in English → in a language, where that has it.

    :rtype: dict[str, str]
    """
    if lang == ENGLISH:
        return {}
    terms = {}
    for addon in addons:
        terms.update(code_translations.get_python_translations(addon, lang))
    return terms


@lru_cache(maxsize=4)
def _sources(addons):
    """All terms in English, also those that no language has: such a sentence may hold
    one that some have.

    :rtype: frozenset[str]
    """
    sources = set()
    for addon in addons:
        try:
            template = file_open(f"{addon}/i18n/{addon}.pot", mode="rb")
        except FileNotFoundError:  # an addon of somebody else's may have none
            continue
        with template:
            rows = list(translation_file_reader(template))
        sources.update(row["src"] for row in rows if row.get("type") == "code")
    return frozenset(sources)


@lru_cache(maxsize=64)
def _phrases(addons, lang, languages):
    """How the terms are recognised in a language, the most telling first.

    :param tuple languages: whose terms there are; what none of them has is English
        wherever it is kept and read
    :return: what a text must contain, its pattern, and the term in English
    :rtype: list[tuple[str, re.Pattern, str]]
    """
    own = _terms(addons, lang)
    sources = {source for code in languages for source in _terms(addons, code)}
    sources |= _sources(addons)
    phrases = []
    for source in sources:
        phrase = own.get(source, source)
        pieces = PLACEHOLDER.split(phrase)
        words = pieces[::2]
        if len(pieces) > 1 and sum(map(len, words)) < TELLING:
            continue
        if any("%" in piece for piece in words):  # values without names
            continue
        pattern, seen = "", set()
        for place, piece in enumerate(pieces):
            if place % 2 == 0:
                pattern += re.escape(piece)
            elif piece in seen:
                pattern += f"(?P={piece})"
            else:
                seen.add(piece)
                pattern += f"(?P<{piece}>.*?)"
        told_by = max(words, key=len)
        length = sum(map(len, words))
        phrases.append((length, told_by, re.compile(pattern, re.DOTALL), source))
    return [phrase[1:] for phrase in sorted(phrases, key=lambda one: (-one[0], one[3]))]
