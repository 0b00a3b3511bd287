"""Run one of the measurements: its arguments come in as JSON, its figures go
out so.
"""

import json
import sys
from importlib import import_module

from odoo.tools import config


def main(config_file, part):
    config.parse_config(["-c", config_file, "--no-http", "--log-level=warn"])
    measure = import_module(f"benchmarks.inside.{part}").measure
    print(json.dumps(measure(**json.load(sys.stdin))))


main(*sys.argv[1:])
