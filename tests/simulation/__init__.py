"""The real programs in one process under a seeded schedule of faults: ``python -m tests.simulation --seeds 200 --steps 40``."""
