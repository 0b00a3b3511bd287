"""The version of before, with data, becomes the present one."""

from demo_parts.dokstamp import KEYS
from demo_parts.show import Step

from . import schema, values
from .school import BUTTONS_BEFORE, School
from .world import OURS, Wrong

# What an update changes on purpose: table and column → why.
MEANT = {
    ("dokstamp_certificate", "prepared_by_id"): "all who prepared it are remembered",
    ("dokstamp_source", "sweep_from_id"): "counted for each of the entity's sources",
    ("dokstamp_source_field", "path"): "eLearning: what is published, when completed",
    ("dokstamp_source_field", "method"): "eLearning: what is published",
    ("dokstamp_source_field", "fixed_value"): "eLearning: what is published",
}
# What a new installation has in another way: a record and its value → why.
ELEARNING = "dokstamp_connector_elearning"
SENT = "documentation that DokStamp has is not archived there by an update"
KEPT = {
    (f"{ELEARNING}.source_{name}", "domain"): SENT
    for name in (
        *("channel_course", "section_module", "section_curriculum_line"),
        "attendee_enrollment",
    )
}
READS = ("GET", "HEAD")
TOKEN = "/oauth/token"
# What the sources of eLearning read in another way than before: descriptions without
# the asterisks and lists of links of Odoo's `html2plaintext`, and what is published.
READ_ANEW = {"description", "status"}


def check_update(world, fresh, root_before):
    """
    :param World world: becomes the updated one, with an Odoo that has ended
    :param World fresh: becomes a new installation of the same addons
    :param root_before: a folder with the addons of before
    :rtype: School
    :raise Wrong: something is not as it should be
    """
    world.make()
    sandbox = world.start_sandbox()
    world.use(root_before)
    with Step("19.0.1.0.0 is installed, and a school works with it"):
        world.run("--init", OURS)
        world.start()
        school = School(world, sandbox, BUTTONS_BEFORE)
        school.fill()
        world.stop()
    world.use()
    with Step("It is updated") as step:
        update(world, step)
    with Step("A new installation, beside it"):
        fresh.make()
        fresh.run("--init", OURS)
    with Step("A second update changes nothing; bridges that are new come along"):
        again(world, fresh.addons() - world.addons())
    with Step("Its tables and records are those of the new installation") as step:
        compare_with(world, fresh, step)
    with Step("It goes on: what waited is sent, nothing else") as step:
        go_on(school, step)
    return school


def update(world, step):
    """:raise Wrong: a value is another one, or something is logged"""
    before = values.read(world)
    world.run("--update", OURS)
    after = values.read(world)
    raise_for(values.differences(before, after, MEANT))
    step.note(f"{sum(map(len, before.values()))} records keep their values")


def again(world, new):
    """:param set new: addons that a new installation brings along by itself, where an
    update does not
    """
    before, columns = values.read(world), schema.read(world)["column"]
    world.run("--update", OURS, *(["--init", ",".join(new)] if new else []))
    raise_for(values.differences(before, values.read(world)))
    raise_for(sorted(columns - schema.read(world)["column"]))


def compare_with(world, fresh, step):
    """:raise Wrong: the updated one differs from the fresh one"""
    raise_for(schema.differences(schema.read(world), schema.read(fresh)))
    ours, theirs = schema.brought(world), schema.brought(fresh)
    raise_for(schema.record_differences(ours, theirs, KEPT))
    step.note(f"{len(ours)} records that the addons bring")


def go_on(school, step):
    """:raise Wrong: what waited is not sent once, or something else is sent"""
    world, sandbox = school.world, school.sandbox
    since = sandbox.last_request_id()
    world.start()
    world.let_run("ir_cron_flush", "ir_cron_sweep", "ir_cron_flush")
    world.wait_until_quiet()
    sent = writes(sandbox, since)
    waited = [body["name"] for _call, body in sent if "name" in body]
    if sorted(waited) != sorted(school.unsent):
        raise Wrong(f"{school.unsent} waited, sent are {sent}")
    raise_for(
        f"also sent: {call} {body}"
        for call, body in sent
        if "name" not in body and not _is_read_anew(call, body)
    )
    raise_for(doubles(sandbox))
    step.note(f"{len(waited)} that waited, {len(sent) - len(waited)} read anew")
    world.stop()


def _is_read_anew(call, body):
    return call.startswith("PATCH /courses/") and body.keys() <= READ_ANEW


def writes(sandbox, since):
    """The calls that write something at DokStamp: method and path, body.

    :rtype: list[tuple[str, dict]]
    """
    return [
        (f"{row['method']} {row['path']}", row["body"] or {})
        for row in sandbox.requests(since)
        if row["method"] not in READS and not row["path"].endswith(TOKEN)
    ]


def doubles(sandbox):
    """:return: a sentence for each entity that DokStamp holds twice"""
    for entity, names in KEYS.items():
        rows = sandbox.rows(entity, deleted=True)
        keys = {tuple(row[name] for name in names) for row in rows}
        if len(keys) != len(rows):
            yield f"{entity}: {len(rows)} for {len(keys)} different ones"


def raise_for(sentences, limit=60):
    """:raise Wrong: there are sentences"""
    if sentences := list(sentences):
        more = f"\n... {len(sentences)} in all" if len(sentences) > limit else ""
        raise Wrong("\n".join(map(str, sentences[:limit])) + more)
