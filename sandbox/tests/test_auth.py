"""Tokens, tenants, headers, rights (dokstamp-api.md 1 to 3)."""

import httpx
import pytest

from .conftest import Api

LOGIN = {"email": "integration@example.com", "password": "demo-password"}


def test_service_token_is_a_bare_object_that_lives_twelve_hours(api):
    answer = api.service_token("demo-client", "demo-secret")
    assert answer.status_code == 200
    assert answer.json().keys() == {"token_type", "expires_in", "access_token"}
    assert answer.json()["expires_in"] == 43200


def test_wrong_secret_is_invalid_client(api):
    answer = api.service_token("demo-client", "wrong")
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_service_token_wants_a_form(api):
    answer = api.post("/oauth/token", grant_type="client_credentials")
    assert answer.status_code == 400


def test_older_generation_has_no_service_tokens(api):
    api.options(generation="older")
    assert api.service_token("demo-client", "demo-secret").status_code == 404


def test_refresh_token_can_be_used_once(api):
    first = api.post("/auth/login", **LOGIN).json()
    assert first["expires_in"] == 31536000
    second = api.post("/auth/refresh", refresh_token=first["refresh_token"]).json()
    again = api.post("/auth/refresh", refresh_token=first["refresh_token"])
    assert again.status_code == 401
    assert again.json()["message"] == "The refresh token is invalid."
    api.use(second["access_token"])
    assert api.get("/students").status_code == 200


def test_logout_ends_the_access_token_only(api):
    tokens = api.post("/auth/login", **LOGIN).json()
    api.use(tokens["access_token"])
    assert api.post("/auth/logout").json() == {"message": "Successfully logged out"}
    assert api.get("/students").status_code == 401
    answer = api.post("/auth/refresh", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 200


def test_wrong_password_and_missing_password(api):
    assert api.post("/auth/login", **LOGIN | {"password": "x"}).status_code == 401
    assert api.post("/auth/login", email=LOGIN["email"]).status_code == 422
    api.options(login_allowed=False)
    assert api.post("/auth/login", **LOGIN).status_code == 404


@pytest.mark.parametrize(("generation", "key"), [("newer", "uuid"), ("older", "id")])
def test_me_names_the_tenant(api, generation, key):
    api.options(generation=generation)
    api.use(api.post("/auth/login", **LOGIN).json()["access_token"])
    me = api.get("/auth/me").json()["data"]
    assert me["tenant"]["domain"] == "demo-school"
    assert key in me
    assert key in me["tenant"]


def test_me_may_refuse_a_service_token(api):
    assert api.get("/auth/me").status_code == 200
    api.options(me_with_service_token="401")
    assert api.get("/auth/me").status_code == 401
    assert api.get("/students").status_code == 200


def test_token_expires(api):
    api.options(expires_in=0)
    api.log_in("demo-client", "demo-secret")
    assert api.get("/students").status_code == 401


def test_all_tokens_can_be_ended(api):
    api.control("POST", "tokens/expire")
    assert api.get("/students").json()["message"] == "Unauthenticated."


@pytest.mark.parametrize("status", [401, 404])
def test_missing_or_unknown_tenant(api, status):
    api.options(missing_tenant_status=status)
    del api.http.headers["X-Tenant"]
    assert api.get("/students").status_code == status
    api.http.headers["X-Tenant"] = "nowhere"
    assert api.get("/students").status_code == status


@pytest.mark.parametrize("status", [401, 403, 404])
def test_tenant_of_somebody_else(api, status):
    api.options(foreign_tenant_status=status)
    api.http.headers["X-Tenant"] = "other-school"
    assert api.get("/students").status_code == status


def test_reading_client_may_not_write(api, process):
    api.log_in("readonly-client", "readonly-secret")
    assert api.get("/students").status_code == 200
    assert api.post("/students").status_code == 403


def test_headers_are_required(api, process):
    headers = {"X-Tenant": "demo-school", "Accept": "application/json"}
    answer = httpx.get(f"{process.url}/students", headers=headers)
    assert answer.status_code == 401
    del api.http.headers["Accept"]
    assert api.get("/students").status_code == 400


def test_unknown_token_is_refused(process):
    assert Api(process.url, token="unknown").get("/students").status_code == 401
