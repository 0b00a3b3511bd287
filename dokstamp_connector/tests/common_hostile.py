"""What a server may answer that is broken or means no good, for tests of properties."""

import json

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# the same examples in each run, so that a change alone can make one fail
few = settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
many = settings(few, max_examples=300)

UUID = "8a1f1a0e-5d7c-4f0a-9d57-0a4a3f1f9d11"
# texts and numbers that readers, databases and logs have stumbled over
TEXTS = st.one_of(
    st.sampled_from(
        (
            *("", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202e", "\ufeff"),
            *("../..", "a/b", "null", "<script>alert(1)</script>", "%s", "{0}", "' --"),
            *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30"),
            *(UUID, "javascript:alert(1)", "https://127.0.0.1/", "x" * 5000),
        )
    ),
    st.text(max_size=8),
)
NUMBERS = st.one_of(
    st.sampled_from(
        (0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.5, 1e308)
        + (float("nan"), float("inf"), float("-inf"))
    ),
    st.integers(-5, 5),
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
# names that the API's objects have, so that what is odd stands where it is read
NAMES = st.sampled_from(
    (
        *("uuid", "name", "email", "code", "status", "data", "meta", "errors"),
        *("message", "total", "current_page", "per_page", "files", "used_at", "tenant"),
        *("access_token", "expires_in", "refresh_token", "issued_at", "revoked_at"),
        *("public_verification_url", "revocation_reason", "original_name", "domain"),
        *("created_at", "student_uuid", "course_uuid", "student", "course"),
    )
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=5)
    ),
    max_leaves=12,
)
ROWS = st.dictionaries(NAMES, VALUES, max_size=6)
WITH_UUID = ROWS.map(lambda row: {**row, "uuid": UUID})
# what looks as it should at first sight
ENVELOPES = st.one_of(
    VALUES,
    st.builds(lambda row: {"data": row}, st.one_of(ROWS, WITH_UUID, VALUES)),
    st.builds(
        lambda rows, meta: {"data": rows, "meta": meta},
        st.lists(st.one_of(ROWS, WITH_UUID, VALUES), max_size=3),
        st.one_of(ROWS, VALUES),
    ),
    st.builds(
        lambda errors, message: {"message": message, "errors": errors},
        st.one_of(ROWS, VALUES),
        VALUES,
    ),
)


def written(value):
    """JSON with all that Python's reader takes."""
    return json.dumps(value).encode()


BODIES = st.one_of(
    ENVELOPES.map(written),
    ENVELOPES.map(lambda value: written(value)[:-1]),
    ENVELOPES.map(lambda value: written(value).replace(b"a", b"\xff\xfe")),
    st.sampled_from(
        (
            *(
                b"",
                b" ",
                b"\x00",
                b"\xef\xbb\xbf{}",
                b"<html><body>Hello</body></html>",
            ),
            *(b"[" * 100_000, b'{"data":' * 50_000, b'{"data": 1e999}', b"9" * 5000),
            # as deep as it can be read
            b'{"data": {"uuid": "'
            + UUID.encode()
            + b'", "a": '
            + b"[" * 700
            + b"]" * 700
            + b"}}",
        )
    ),
    st.binary(max_size=20),
)
STATUSES = st.one_of(
    st.sampled_from((200, 200, 200, 201, 202, 204, 206, 299, 301, 304, 307)),
    st.sampled_from((400, 401, 403, 404, 408, 409, 413, 418, 422, 429, 451)),
    st.sampled_from((500, 502, 503, 504, 599)),
)
MOMENTS = st.sampled_from(
    (
        *("", "0", "5", " 7 ", "-3", "1e3", "1e999", "nan", "inf", "-inf", "9" * 400),
        *("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00"),
        *("Sun, 06 Nov 1994 08:49:37 GMT", "Mon, 01 Jan 0001 00:00:00 +2359"),
        *("Fri, 31 Dec 9999 23:59:59 -2359", "Wed, 21 Oct 2026 07:28:00 +9999"),
        *("Wed, 99 Xxx 2026 99:99:99 GMT", "soon", "1;2", "\u00b2", "٣"),
    )
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.sampled_from(
            ("text/html", "application/json; charset=utf-16", "", "image/png")
        ),
        "Retry-After": MOMENTS,
        "Date": MOMENTS,
        "X-Request-Id": st.sampled_from(("", "a" * 1000, "Ada <ada@example.com>")),
        "Content-Encoding": st.sampled_from(("gzip", "deflate", "br", "x")),
        "Location": st.sampled_from(("http://127.0.0.1:1/", "//example.com", "")),
    },
)
