"""What scripts/demo does, step by step; `__main__.py` tells the story."""
