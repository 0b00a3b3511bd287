"""Only for scripts/prove: takes one thing out of the connector."""
