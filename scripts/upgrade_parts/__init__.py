"""What scripts/upgrade-test runs.

world    a database with an Odoo and a sandbox of its own, and what was logged
school   what a school has, made through the addon's own models
values   all values of ours before and after
schema   two databases' tables, and the records that addons bring
update, leaving, copies   the three parts
"""
