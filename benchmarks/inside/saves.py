"""What a save costs in databases that differ in nothing but who listens to it."""

import itertools
import time
from contextlib import ExitStack

from odoo.fields import Command

from .world import environment

FIELDS = ("name", "email")  # what the source reads, and the rule is for
FREE_WRITES = 500  # of a record that nobody listens to, in one turn
FREE_TURNS = 15
_numbers = itertools.count(1)


def measure(plain, automation, connector, turns):
    """:param str plain: name of a database; the others have one addon more
    :param list turns: pairs of records in a save, and how often that is done
    :return: seconds of each turn: by kind of save, number of records and who listens;
        likewise of a write that nobody listens to
    """
    with ExitStack() as stack:
        envs = {
            "plain": stack.enter_context(environment(plain)),
            "rule": stack.enter_context(environment(automation)),
            "no source": stack.enter_context(environment(connector)),
        }
        source = _prepare(envs["rule"], envs["no source"])
        listeners = [*envs.items(), ("source", source.env)]
        free = [_free(listeners[:3]) for _turn in range(FREE_TURNS)]
        found = [
            [kind, count, _turns(save, count, times, listeners, source)]
            for count, times in turns
            for kind, save in (("create", _create), ("write", _write))
        ]
    return {"saves": found, "free": free}


def _turns(save, count, times, listeners, source):
    """Who listens → seconds of each turn."""
    seconds = {name: [] for name, _env in listeners}
    partners = {name: _people(env, count) for name, env in listeners[:3]}
    partners["source"] = partners["no source"]
    for number in range(-1, times):  # the first one fills caches
        turn = number % len(listeners)
        for name, env in listeners[turn:] + listeners[:turn]:
            _switch(source, name)
            took = _timed(env, save, partners[name], count)
            if number >= 0:
                seconds[name].append(took)
    return seconds


def _switch(source, name):
    """Have the source listen, or not: both are in one database."""
    wanted = name == "source"
    if source.active != wanted:
        source.active = wanted
        source.env.cr.commit()


def _timed(env, save, partners, count):
    """Seconds from the call to the end of the commit, as in a request of its own."""
    env.invalidate_all()
    partners = env["res.partner"].browse(partners.ids)
    started = time.perf_counter()
    save(partners, count)
    env.cr.commit()
    return time.perf_counter() - started


def _create(partners, count):
    partners.create(_values(count))


def _write(partners, _count):
    partners.write({"name": f"Renamed {next(_numbers)}"})


def _values(count):
    return [
        {"name": f"Person {number}", "email": f"person.{number}@example.com"}
        for number in itertools.islice(_numbers, count)
    ]


def _people(env, count):
    people = env["res.partner"].create(_values(count))
    env.cr.commit()
    return people


def _free(listeners):
    """Who could listen → seconds of writes to a model that nobody listens to."""
    seconds = {}
    for name, env in listeners:
        tag = env["res.partner.category"].search([], limit=1)
        tag = tag or env["res.partner.category"].create({"name": "Tag"})
        started = time.perf_counter()
        for number in range(FREE_WRITES):
            tag.write({"color": number % 10})
        seconds[name] = (time.perf_counter() - started) / FREE_WRITES
        env.cr.commit()
    return seconds


def _prepare(rule_env, connector_env):
    """A rule and a source, both for contacts.

    :rtype: dokstamp.source
    """
    model = rule_env["ir.model"]._get("res.partner")
    names = [("model_id", "=", model.id), ("name", "in", FIELDS)]
    rule_env["base.automation"].create(
        {
            "name": "Contacts",
            "model_id": model.id,
            "trigger": "on_create_or_write",
            "trigger_field_ids": rule_env["ir.model.fields"].search(names).ids,
            "action_server_ids": [
                Command.create(
                    {
                        "name": "Nothing",
                        "model_id": model.id,
                        "state": "code",
                        "code": "pass",
                    }
                )
            ],
        }
    )
    rule_env.cr.commit()
    source = connector_env["dokstamp.source"].create(
        {
            "name": "Contacts",
            "model_id": connector_env["ir.model"]._get_id("res.partner"),
            "entity": "dokstamp.student",
            "active": False,
            "field_ids": [
                Command.create({"field_name": name, "path": name}) for name in FIELDS
            ],
        }
    )
    connector_env.cr.commit()
    return source
