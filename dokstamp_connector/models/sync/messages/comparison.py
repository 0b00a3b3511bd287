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
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:  # at the ends of the calendar
            return None
    return moment.replace(tzinfo=None, microsecond=0)


def remote_value(remote, key):
    """What DokStamp's object says for the body's ``key``: links come back as `{uuid,
    name}` objects.
    """
    if key in remote:
        return remote[key]
    link = remote.get(key.removesuffix("_uuid")) if key.endswith("_uuid") else None
    return link.get("uuid") if isinstance(link, dict) else None


def tells(remote, key):
    """Whether DokStamp's object says anything of the body's ``key``: a list may leave
    out what a single record shows.
    """
    return key in remote or (
        key.endswith("_uuid") and key.removesuffix("_uuid") in remote
    )


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


def differences(ours, theirs, keys=()):
    """What DokStamp holds otherwise than we would send it, as people see it.

    :param dict ours: the body
    :param dict theirs: the body's keys as DokStamp tells them; one that it does not
        tell is unknown, and no difference
    :param collection keys: those that DokStamp finds records by, which have no case
    :return: key → our value and DokStamp's
    :rtype: dict[str, list]
    """
    return {
        key: [value, theirs[key]]
        for key, value in ours.items()
        if key in theirs and not _is_seen_as(value, theirs[key], key in keys)
    }


def _is_seen_as(sent, received, is_key):
    """Whether people see the same: DokStamp trims texts, and may have null for empty or
    for no.
    """
    if not sent and not received and not isinstance(sent, int | float):
        return True
    if isinstance(sent, bool) and received in (None, sent):
        return received is sent or not sent
    if not isinstance(sent, str) or not isinstance(received, str):
        return is_same(sent, received)
    sent, received = _plain(sent), _plain(received)
    if is_exactly(sent, received) or (is_key and is_same(sent, received)):
        return True
    # a moment in another zone or with fractions is the same moment
    moments = as_utc(sent), as_utc(received)
    return "T" in sent and None not in moments and moments[0] == moments[1]


def _plain(text):
    return (
        "\n".join(text.split())
        if text.isspace()
        else "\n".join(line.rstrip() for line in text.strip().splitlines())
    )
