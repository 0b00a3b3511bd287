{
    "name": "DokStamp Connector: Surveys",
    "summary": "A passed certification completes an enrollment at DokStamp",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector", "survey"],
    "data": [
        # persons and courses before what refers to them
        "data/dokstamp_source_course_data.xml",
        "data/dokstamp_source_student_data.xml",
        "data/dokstamp_source_enrollment_data.xml",
        "views/survey_survey_views.xml",
        "views/survey_user_input_views.xml",
    ],
    "images": ["static/description/icon.png"],
}
