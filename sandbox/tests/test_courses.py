"""Modules attached to courses, and their groups (dokstamp-api.md 10)."""

import pytest

from .conftest import errors


@pytest.fixture
def school(api):
    institution = api.institution()
    return {
        "institution": institution,
        "course": api.course(institution),
        "clay": api.module(institution, name="Clay"),
        "glaze": api.module(institution, name="Glaze"),
    }


def attach(api, school, *items):
    return api.post(f"/courses/{school['course']}/attach/modules", modules=items)


def attached(api, school):
    rows = [row for row in api.rows("attachments") if not row["deleted_at"]]
    assert {row["course_uuid"] for row in rows} <= {school["course"]}
    return {row["module_uuid"]: row for row in rows}


def test_attaching_keeps_order_group_hours_and_required(api, school):
    groups = f"/courses/{school['course']}/modules/groups"
    group = api.created(groups, name="First semester", order=1)["uuid"]
    item = {"uuid": school["clay"], "order": 2, "workload": 30, "is_required": True}
    item["course_module_group_uuid"] = group
    assert attach(api, school, item).status_code == 200
    row = attached(api, school)[school["clay"]]
    assert (row["order"], row["workload"], row["is_required"]) == (2, 30, True)
    assert row["course_module_group_uuid"] == group


def test_only_what_is_not_attached_is_offered(api, school):
    api.module(api.institution(), name="Of another institution")
    attach(api, school, {"uuid": school["clay"]})
    offered = api.get(f"/courses/{school['course']}/attach/modules").json()["data"]
    assert [module["uuid"] for module in offered] == [school["glaze"]]


def test_attaching_again_updates(api, school):
    attach(api, school, {"uuid": school["clay"], "order": 1, "workload": 10})
    attach(api, school, {"uuid": school["clay"], "order": 5})
    row = attached(api, school)[school["clay"]]
    assert (row["order"], row["workload"]) == (5, 10)
    assert len(api.rows("attachments")) == 1


def test_attaching_again_may_double_or_fail(api, school):
    attach(api, school, {"uuid": school["clay"]})
    api.options(attach_existing="reject")
    assert errors(attach(api, school, {"uuid": school["clay"]})) == {"modules.0.uuid"}
    api.options(attach_existing="duplicate", attach_status=204)
    assert attach(api, school, {"uuid": school["clay"]}).status_code == 204
    assert len(api.rows("attachments")) == 2


def test_what_cannot_be_attached(api, school):
    foreign = api.module(api.institution())
    groups = f"/courses/{api.course(school['institution'])}/modules/groups"
    group = api.created(groups, name="Of another course")["uuid"]
    answer = attach(
        api,
        school,
        {"uuid": foreign},
        {"uuid": school["clay"], "course_module_group_uuid": group},
        {"order": 1},
    )
    assert errors(answer) == {"modules.2.uuid"}
    answer = attach(
        api,
        school,
        {"uuid": foreign},
        {"uuid": school["clay"], "course_module_group_uuid": group},
    )
    assert errors(answer) == {"modules.0.uuid", "modules.1.course_module_group_uuid"}
    assert errors(attach(api, school)) == {"modules"}
    assert attached(api, school) == {}


def test_detaching_leaves_the_module(api, school):
    attach(api, school, {"uuid": school["clay"]}, {"uuid": school["glaze"]})
    path = f"/courses/{school['course']}/detach/modules"
    assert api.delete(path, modules=[school["clay"]]).status_code == 200
    assert attached(api, school).keys() == {school["glaze"]}
    assert api.get(f"/modules/{school['clay']}").status_code == 200
    assert api.delete(path, modules=[school["clay"]]).status_code == 200
    api.options(detach_missing="reject")
    assert errors(api.delete(path, modules=[school["clay"]])) == {"modules.0"}


def test_detached_behind_our_back(api, school):
    attach(api, school, {"uuid": school["clay"]})
    (row,) = api.rows("attachments")
    api.control("DELETE", f"state/attachments/{row['uuid']}")
    offered = api.get(f"/courses/{school['course']}/attach/modules").json()["data"]
    assert school["clay"] in [module["uuid"] for module in offered]
    assert attach(api, school, {"uuid": school["clay"]}).status_code == 200
    assert school["clay"] in attached(api, school)


def test_course_may_show_its_modules(api, school):
    attach(api, school, {"uuid": school["clay"], "order": 1})
    path = f"/courses/{school['course']}"
    assert "modules" not in api.get(path).json()["data"]
    api.options(course_shows_modules=True)
    assert api.get(path).json()["data"]["modules"][0]["uuid"] == school["clay"]


def test_groups_belong_to_their_course(api, school):
    groups = f"/courses/{school['course']}/modules/groups"
    group = api.created(groups, name="Autumn")
    assert group["is_active"] is True
    assert group["course"]["uuid"] == school["course"]
    elsewhere = f"/courses/{api.course(school['institution'])}/modules/groups"
    assert api.get(f"{elsewhere}/{group['uuid']}").status_code == 404
    assert api.get(elsewhere).json()["data"] == []
    one = f"{groups}/{group['uuid']}"
    assert api.patch(one, order=3, is_active=False).json()["data"]["order"] == 3
    assert api.delete(one).status_code == 204
    assert api.get(groups).json()["data"] == []
