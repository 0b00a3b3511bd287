from . import test_website_registration
