# SPDX-License-Identifier: MIT
"""What tests/run.py, tests/bench/run.py and ./run share; tests/README.md is the guide."""
