{
    "name": "DokStamp Connector: eLearning",
    "summary": "Courses, sections and attendees of eLearning feed DokStamp",
    "version": "19.0.1.1.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector", "website_slides"],
    "data": [
        # persons and courses before what refers to them
        "data/dokstamp_source_course_data.xml",
        "data/dokstamp_source_module_data.xml",
        "data/dokstamp_source_student_data.xml",
        "data/dokstamp_source_enrollment_data.xml",
        "views/slide_channel_views.xml",
        "views/slide_channel_partner_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["dokstamp_connector_elearning/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "images": ["static/description/icon.png"],
}
