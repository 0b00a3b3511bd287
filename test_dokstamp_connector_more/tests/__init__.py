from . import test_two_addons
