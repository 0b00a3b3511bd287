"""What it costs to look at thousands of records that have not changed."""

import resource
import time

import odoo.sql_db

from .world import environment

STUDENTS = """
    INSERT INTO dokstamp_student ({columns}, name, email)
    SELECT {copied}, there.name, there.email
      FROM dokstamp_student pattern,
           jsonb_to_recordset(%(there)s) AS there (name varchar, email varchar)
     WHERE pattern.id = %(pattern)s
"""
BINDINGS = """
    INSERT INTO dokstamp_binding ({columns}, res_id, dokstamp_uuid, last_payload)
    SELECT {copied}, student.id, there.uuid,
           pattern.last_payload || jsonb_build_object(
               'name', student.name, 'email', student.email)
      FROM dokstamp_binding pattern,
           jsonb_to_recordset(%(there)s) AS there (email varchar, uuid varchar)
      JOIN dokstamp_student student ON student.email = there.email
     WHERE pattern.res_model = 'dokstamp.student' AND pattern.res_id = %(pattern)s
"""
COLUMNS = """
    SELECT string_agg(quote_ident(column_name), ', '),
           string_agg('pattern.' || quote_ident(column_name), ', ')
      FROM information_schema.columns
     WHERE table_schema = current_schema AND table_name = %s
       AND column_name <> ALL(%s)
"""


def fill(database, pattern, there):
    """Make as many students as DokStamp holds, bound and just like there.

    :param int pattern: id of a student that is at DokStamp; they are its copies
    :param str there: JSON: name, e-mail address and uuid of each
    """
    with environment(database) as env:
        cr = env.cr
        own = {
            "dokstamp_student": ["id", "name", "email"],
            "dokstamp_binding": ["id", "res_id", "dokstamp_uuid", "last_payload"],
        }
        for (table, names), insert in zip(
            own.items(), (STUDENTS, BINDINGS), strict=True
        ):
            cr.execute(COLUMNS, [table, names])
            [(columns, copied)] = cr.fetchall()
            cr.execute(
                insert.format(columns=columns, copied=copied),
                {"pattern": pattern, "there": there},
            )
        cr.commit()


def measure(database, task, **values):
    """:param str task: `fill`, `sweep` or `reconcile`"""
    return {"fill": fill, "sweep": _sweep, "reconcile": _reconcile}[task](
        database, **values
    )


def _sweep(database):
    with environment(database) as env:
        return _cost(env, env["dokstamp.sweep"]._cron_sweep)


def _reconcile(database, account):
    with environment(database) as env:
        env["dokstamp.account"].browse(account).action_reconcile()
        env.cr.commit()
        cost = _cost(env, env["dokstamp.run"]._cron_run)
        run = env["dokstamp.run"].search([], order="id desc", limit=1)
        return cost | {
            "state": run.state,
            "equal": run.equal_count,
            "findings": len(run.line_ids),
        }


def _cost(env, work):
    """:return: seconds, of them at work in this process; queries; MB of memory more"""
    env.invalidate_all()
    queries, memory = odoo.sql_db.sql_counter, _peak()
    started, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "queries": odoo.sql_db.sql_counter - queries,
        "memory": _peak() - memory,
    }


def _peak():
    """Most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
