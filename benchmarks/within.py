"""Ask Odoo's own Python for figures: benchmarks/inside."""

import json
import os
import subprocess

from demo_parts import database as db


def figures(work, part, **arguments):
    """What one of the measurements there returns.

    :param Work work: whose Odoo; nothing else should use its database meanwhile
    :raise CommandFailed: it did not work
    """
    command = [os.environ["ODOO_PYTHON"], "-m", "benchmarks.inside", str(work.config)]
    done = subprocess.run(
        [*command, part],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        check=False,
        cwd=work.root,
    )
    if done.returncode:
        raise db.CommandFailed(f"benchmarks.inside {part}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
