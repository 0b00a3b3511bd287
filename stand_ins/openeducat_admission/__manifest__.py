{
    "name": "OpenEduCat Admission: a stand-in for tests",
    "summary": "OpenEduCat's admissions by name, for the tests of its bridge",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["openeducat_core"],
    "data": ["security/ir.model.access.csv"],
}
