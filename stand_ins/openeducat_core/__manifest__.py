{
    "name": "OpenEduCat Core: a stand-in for tests",
    "summary": "OpenEduCat's models and fields by name, for the tests of its bridge",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["mail"],
    "data": [
        "security/op_security.xml",
        "security/ir.model.access.csv",
        "views/op_views.xml",
    ],
}
