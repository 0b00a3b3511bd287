from . import certificate_issue
