{
    "name": "DokStamp Connector: Events on the website",
    "summary": "The website's registration form asks for what DokStamp needs",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector_event", "website_event"],
    "data": [
        "data/dokstamp_source_course_data.xml",
        "views/event_registration_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "dokstamp_connector_website_event/static/src/interactions/**/*",
        ],
        "web.assets_tests": [
            "dokstamp_connector_website_event/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
    "images": ["static/description/icon.png"],
}
