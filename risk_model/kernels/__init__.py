"""The inner loops of scoring, compiled by numba: the extra `fast`.

Nothing here is needed. Each kernel does what a reference in numpy does, letter after letter while its data is in the cache;
a test holds the two together. Importing this package imports nothing else; its modules import numba, which takes a while,
and are meant for `risk_model.runtime.engines` alone, which knows when that pays. Compiled code is kept in this package's
`__pycache__`, or where that cannot be written in the user's own cache folder, never in one that others can write to.
"""
