from . import test_course_certification
