"""A DokStamp to try against: strict, stateful, and it misbehaves on demand."""
