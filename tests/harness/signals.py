# SPDX-License-Identifier: MIT
"""signals: what a program of the host's is to begin with, whatever started the harness.

Promise   Nothing is blocked and nothing ignored. A shell's background jobs have SIGINT ignored, and so would all that
          they start: a shell at whose terminal ^C is typed, for one.
"""
import ctypes
import signal

LIBC = ctypes.CDLL(None)
SYS_RT_SIGACTION, DEFAULT_ACTION = 13, bytes(32)  # struct ksigaction of x86-64


def default_signals():
    """In the child. By the bare call: the library keeps 32 and 33 to itself."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in range(1, 65):
        LIBC.syscall(SYS_RT_SIGACTION, number, DEFAULT_ACTION, None, 8)
