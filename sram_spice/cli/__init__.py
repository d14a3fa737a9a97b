"""The command line; no physics in here."""

import os

# Each process and thread of a run computes by itself: BLAS threads of its own would only compete.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
