"""Whether DokStamp's record says what ours says: the two are written differently."""

from datetime import UTC, datetime, timedelta

CLOCK_TOLERANCE = timedelta(hours=1)  # between DokStamp's clock and ours


def is_older(remote, moment, key="created_at"):
    """Whether DokStamp had the record clearly before ``moment``; not all kinds tell."""
    told = as_utc(remote.get(key))
    return bool(told) and told < moment - CLOCK_TOLERANCE


def as_utc(text):
    """DokStamp's ISO date or datetime as Odoo keeps it: naive UTC without fractions;
    None for nothing, and for what is no such text.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None, microsecond=0)


def remote_value(remote, key):
    """What DokStamp's object says for the body's ``key``: links come back as `{uuid,
    name}` objects.
    """
    if key in remote:
        return remote[key]
    if key.endswith("_uuid"):
        return (remote.get(key.removesuffix("_uuid")) or {}).get("uuid")
    return None


def is_same(sent, received):
    """Whether DokStamp's value says what ours says.

    Dates come back as datetimes and decimals perhaps as text (dokstamp-api.md 1); texts
    that serve as keys are compared without case, since which case DokStamp keeps is not
    documented.
    """
    if isinstance(sent, str) and isinstance(received, str):
        if len(sent) == 10 and received.startswith(f"{sent}T"):
            return True
        return sent.strip().casefold() == received.strip().casefold()
    if isinstance(sent, float | int) and isinstance(received, str):
        try:
            return float(received) == float(sent)
        except ValueError:
            return False
    return sent == received


def matches(remote, keys):
    return all(is_same(value, remote_value(remote, key)) for key, value in keys.items())


def comparable(remote, payload):
    """DokStamp's object in the shape of our payload, so that the two can be compared.

    What is empty with us is left as DokStamp has it: a record that is adopted loses
    nothing.
    """
    known = {}
    for key, value in payload.items():
        received = remote_value(remote, key)
        same = value is None or is_exactly(value, received)
        known[key] = value if same else received
    return known


def is_exactly(sent, received):
    if isinstance(sent, str) and isinstance(received, str):
        return sent == received or (len(sent) == 10 and received.startswith(f"{sent}T"))
    return is_same(sent, received)
