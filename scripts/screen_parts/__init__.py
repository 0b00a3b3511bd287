"""What scripts/screenshots does: `pictures.py` has the list of them."""
