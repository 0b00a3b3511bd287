"""Which day an instant belongs to: that of the school, never of whoever looks."""

import functools
import zoneinfo
from datetime import UTC, datetime, time
from pathlib import Path

SYSTEM_ZONE = Path("/etc/localtime")
ZONES = "zoneinfo/"


def zone_choices():
    """What a selection of time zones offers."""
    return [(name, name) for name in sorted(_known_zones())]


def usable_zone(names):
    """The first of ``names`` that is a time zone, else that of Odoo's server.

    :param iterable names: such as `America/Sao_Paulo`, or False
    :rtype: str
    """
    known = _known_zones()
    return next((name for name in names if name in known), None) or _zone_of_server()


@functools.cache
def _known_zones():
    """Read once: looking through the disk for each record of a batch takes seconds."""
    return zoneinfo.available_timezones()


def _zone_of_server():
    """Odoo itself runs in UTC, whatever its server does."""
    name = str(SYSTEM_ZONE.resolve()).rpartition(ZONES)[2]
    return name if name in _known_zones() else "UTC"


def local_day(moment, zone):
    """The day on which ``moment`` falls in a time zone.

    :param datetime moment: naive UTC, as Odoo keeps them
    :rtype: date
    """
    return moment.replace(tzinfo=UTC).astimezone(zoneinfo.ZoneInfo(zone)).date()


def day_begins_at(day, zone):
    """When a day begins in a time zone.

    :return: naive UTC, as Odoo keeps them
    :rtype: datetime
    """
    began = datetime.combine(day, time.min, zoneinfo.ZoneInfo(zone))
    return began.astimezone(UTC).replace(tzinfo=None)
