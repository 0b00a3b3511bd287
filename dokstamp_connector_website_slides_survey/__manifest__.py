{
    "name": "DokStamp Connector: Certifications in eLearning",
    "summary": "A passed certification completes its eLearning course at DokStamp",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": [
        "dokstamp_connector_elearning",
        "dokstamp_connector_survey",
        "website_slides_survey",
    ],
    "data": ["data/dokstamp_source_enrollment_data.xml"],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
    "images": ["static/description/icon.png"],
}
