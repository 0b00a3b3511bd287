{
    "name": "DokStamp Connector: Digest",
    "summary": "Certificates and what failed, in Odoo's digest e-mails",
    "version": "19.0.1.0.0",
    "category": "Education",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector", "digest"],
    "data": ["data/digest_data.xml", "views/digest_views.xml"],
    "auto_install": True,
    "images": ["static/description/icon.png"],
}
