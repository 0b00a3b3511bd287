{
    "name": "DokStamp Connector: mutants",
    "summary": "Takes one thing out of the connector, for scripts/prove alone",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["dokstamp_connector"],
    "installable": False,
}
