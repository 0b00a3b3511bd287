{
    "name": "DokStamp Connector: OpenEduCat",
    "summary": "OpenEduCat's courses, batches, students and enrollments feed DokStamp",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector", "openeducat_core"],
    "data": [
        # persons and courses before what refers to them
        "data/dokstamp_source_course_data.xml",
        "data/dokstamp_source_subject_data.xml",
        "data/dokstamp_source_curriculum_data.xml",
        "data/dokstamp_source_batch_data.xml",
        "data/dokstamp_source_student_data.xml",
        "data/dokstamp_source_enrollment_data.xml",
    ],
    "auto_install": True,
    "images": ["static/description/icon.png"],
}
