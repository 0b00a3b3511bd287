{
    "name": "DokStamp Connector: tests of a second addon",
    "summary": "What shows only where two addons extend DokStamp Connector",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["test_dokstamp_connector"],
}
