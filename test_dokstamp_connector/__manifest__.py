{
    "name": "DokStamp Connector: tests",
    "summary": "Models that only the tests of DokStamp Connector need",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector"],
    "data": [
        "security/test_dokstamp_rules.xml",
        "security/ir.model.access.csv",
        "views/template_views.xml",
    ],
}
