{
    "name": "OpenEduCat Exam: a stand-in for tests",
    "summary": "OpenEduCat's mark sheets by name, for the tests of its bridge",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["openeducat_core"],
    "data": ["security/op_exam_security.xml", "security/ir.model.access.csv"],
}
