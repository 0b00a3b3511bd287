"""What is measured within Odoo, in a process of its own with Odoo's interpreter: plain
functions that take the command's arguments and return what JSON can hold.
"""
