{
    "name": "DokStamp Connector: OpenEduCat exams",
    "summary": "Grades of OpenEduCat's validated mark sheets feed DokStamp",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector_openeducat", "openeducat_exam"],
    "data": ["data/dokstamp_source_enrollment_data.xml"],
    "auto_install": True,
    "images": ["static/description/icon.png"],
}
