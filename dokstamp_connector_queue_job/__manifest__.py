{
    "name": "DokStamp Connector: Job Queue",
    "summary": "OCA's job runner sends to DokStamp, several accounts at once",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "uninstall_hook": "uninstall_hook",
    "images": ["static/description/icon.png"],
}
