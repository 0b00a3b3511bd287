{
    "name": "DokStamp Connector: Events",
    "summary": "Events and their attendees feed DokStamp",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector", "event"],
    "data": [
        "data/event_question_data.xml",
        # persons, courses and cohorts before what refers to them
        "data/dokstamp_source_course_data.xml",
        "data/dokstamp_source_cohort_data.xml",
        "data/dokstamp_source_student_data.xml",
        "data/dokstamp_source_enrollment_data.xml",
        "views/event_event_views.xml",
        "views/event_type_views.xml",
        "views/event_registration_views.xml",
    ],
    "images": ["static/description/icon.png"],
}
