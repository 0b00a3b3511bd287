"""What DokStamp's documentation leaves open, as switches.

A connector has to work with either position of every switch. The defaults are
the positions that are hardest to get right, or the ones most likely.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SERVICE_TOKEN_LIFETIME = 43_200  # seconds, dokstamp-api.md 2.1
LOGIN_TOKEN_LIFETIME = 31_536_000  # seconds, dokstamp-api.md 2.2


class RateLimit(BaseModel):
    """How many requests a tenant may send, and how a refusal says when to return.

    `per_minute` is scaled to `window_seconds`, so that a test need not wait for a
    minute: 600 a minute in a window of 1 second lets 10 requests through a second.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    per_minute: int = Field(ge=1)
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    window_seconds: float = Field(default=60, gt=0)


class Options(BaseModel):
    """All switches; each comment names the part of dokstamp-api.md left open."""

    model_config = ConfigDict(extra="forbid", strict=True)

    generation: Literal["newer", "older"] = "newer"

    # 2: who may get a token, and for how long (None: as the generation says)
    login_allowed: bool = True
    client_credentials_allowed: bool | None = None
    expires_in: int | None = Field(default=None, ge=0)
    me_with_service_token: Literal["works", "401"] = "works"

    # 3: a missing or unknown X-Tenant; the tenant of somebody else's credentials
    missing_tenant_status: Literal[401, 404] = 401
    foreign_tenant_status: Literal[401, 403, 404] = 403

    # 4: pages
    per_page_default: int = Field(default=15, ge=1)
    per_page_max: int = Field(default=100, ge=1)
    default_sort: Literal["oldest", "newest"] = "oldest"
    list_links: bool = False
    success_true_on_success: bool = False

    # 5: filters
    unknown_filter: Literal["ignore", "reject", "honour"] = "ignore"
    enrollments_filter_student: bool = False
    ignore_case: bool = False

    # 6: rate limit, body keys that no page names
    rate_limit: RateLimit | None = None
    unknown_keys: Literal["ignore", "reject"] = "ignore"

    # 7: answers to changes
    update_status: Literal[200, 204] = 200
    delete_status: Literal[200, 204] = 204
    put_clears: bool = False
    batch_destroy: Literal["all_or_nothing", "skip_protected"] = "all_or_nothing"
    batch_destroy_status: Literal[200, 204] = 204

    # 10.1: modules of a course
    attach_status: Literal[200, 201, 204] = 200
    attach_existing: Literal["update", "duplicate", "reject"] = "update"
    detach_status: Literal[200, 204] = 200
    detach_missing: Literal["ignore", "reject"] = "ignore"
    course_shows_modules: bool = False

    # 10, 12, 13, 14: what is unique, and whether the deleted still count
    course_code_unique: Literal["none", "institution", "tenant"] = "none"
    cohort_code_scope: Literal["tenant", "course"] = "tenant"
    enrollment_unique: bool = False
    deleted_email_blocks: bool = False
    deleted_code_blocks: bool = False

    # 15: files
    file_dedup: Literal["tenant", "none"] = "tenant"
    max_file_kilobytes: int = Field(default=20_480, ge=1)

    # 16: certificates
    issue_by: Literal["both", "finish", "status"] = "both"
    issue_existing_draft: Literal["allow", "reject"] = "allow"
    certificate_pipeline: Literal["sync", "async"] = "sync"
    async_ready_after_reads: int = Field(default=1, ge=0)
    async_ready_after_ms: int = Field(default=0, ge=0)
    revoke_draft: Literal["accept", "reject"] = "reject"
    revoke_again: Literal["accept", "reject"] = "reject"

    # 21.5: deletions
    blocked_delete_status: Literal[403, 409, 422, 500] = 409
    delete_issued_certificate: Literal["allow", "block"] = "block"

    def changed(self, **changes) -> "Options":
        """The same switches with some moved.

        :raise pydantic.ValidationError: for a switch or a position there is not
        """
        return Options(**{**self.model_dump(), **changes})

    def service_tokens(self) -> bool:
        """Whether POST /oauth/token exists: only the newer generation lists it."""
        if self.client_credentials_allowed is None:
            return self.generation == "newer"
        return self.client_credentials_allowed

    def lifetime(self, *, service: bool) -> int:
        """Seconds that a new token lives."""
        if self.expires_in is not None:
            return self.expires_in
        return SERVICE_TOKEN_LIFETIME if service else LOGIN_TOKEN_LIFETIME
