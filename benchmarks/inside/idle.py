"""What each scheduled action costs where there is nothing to do."""

import odoo.sql_db

from .world import environment, seconds_of

TURNS = 5  # the first one fills Odoo's caches


def measure(database, addon):
    """:return: of each action: name, interval, and of each turn its queries and seconds
    :rtype: list
    """
    with environment(database) as env:
        crons = env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "=like", f"{addon}%")], order="id"
        )
        return [_cost(env, env["ir.cron"].browse(one.res_id)) for one in crons]


def _cost(env, cron):
    # the server action's own code, without the server action
    method = cron.code.removeprefix("model.").removesuffix("()")
    work = getattr(env[cron.model_id.model], method)
    turns = []
    for _turn in range(TURNS):
        env.cr.commit()
        env.invalidate_all()
        before = odoo.sql_db.sql_counter
        seconds = seconds_of(work)
        turns.append([odoo.sql_db.sql_counter - before, seconds])
    return [cron.name, f"{cron.interval_number} {cron.interval_type}", turns[1:]]
