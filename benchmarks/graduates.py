"""People who completed a course, as certificates need them."""

from .stage import QUIET_TIME


def make_graduates(stage, count, patience=QUIET_TIME):
    """A course that many completed, all at DokStamp.

    :param float patience: seconds until they are there
    :return: values of their enrollments, with the id
    :rtype: list[dict]
    """

    def create(kind, values):
        return stage.admin.call(f"dokstamp.{kind}", "create", values)

    course = create("course", {"name": "Botany", "code": "BOTANY"})
    students = [
        {
            "name": f"Graduate {number}",
            "email": f"graduate.{number}@example.com",
            "date_of_birth": "2001-02-03",
        }
        for number in range(count)
    ]
    enrollments = [
        {
            "student_id": student,
            "course_id": course,
            "enrolled_at": "2026-09-01",
            "completion_status": "completed",
            "completed_at": "2026-10-01",
        }
        for student in create("student", students)
    ]
    ids = create("enrollment", enrollments)
    stage.wait_until_quiet(patience)
    return [{**v, "id": id_} for v, id_ in zip(enrollments, ids, strict=True)]
