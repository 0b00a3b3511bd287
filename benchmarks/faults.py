"""What DokStamp may do wrong without anybody dying, as the sandbox takes it."""

SOME = {"times": 6}  # calls: one more than it takes until the account is left alone
OUTAGE = 60  # seconds


def dropped(when):
    """:param str when: `before` or `after` the work is done"""
    return {"drop": when} | SOME


def answered(status, wait=None):
    """:param int wait: seconds that it asks for"""
    headers = {"headers": {"Retry-After": str(wait)}} if wait else {}
    return {"status": status} | headers | SOME


# What a point's `then` is; each takes the stage.


def end_tokens(stage):
    stage.control("tokens/expire", {})


def outage(mode):
    """:param str mode: `refuse_503` or `drop`"""
    return lambda stage: stage.control("outage", {"mode": mode, "seconds": OUTAGE})
