{
    "name": "People by queue_job",
    "summary": "What scripts/bench compares the connector with; of no other use",
    "version": "19.0.1.0.0",
    "author": "DokStamp Connector contributors",
    "license": "LGPL-3",
    "depends": ["queue_job"],
    "data": ["security/ir.model.access.csv"],
}
