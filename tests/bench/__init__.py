# SPDX-License-Identifier: MIT
"""What tests/bench/run.py is made of."""
