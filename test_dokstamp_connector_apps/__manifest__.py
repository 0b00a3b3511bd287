{
    "name": "DokStamp Connector: tests of several apps",
    "summary": "What holds where several school apps are installed side by side",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": [
        "dokstamp_connector_elearning",
        "dokstamp_connector_event",
        "dokstamp_connector_openeducat_exam",
        "openeducat_admission",
    ],
}
