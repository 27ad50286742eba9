"""The counter's program."""

import os

# Before numpy is imported: its products of small matrices are slower on several threads, and the threads that wait for the next one
# spin on cores that the window needs. Reading one picture took 344 ms of four cores; on one thread it takes 62.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
