"""Every optimizer of the book twice, side by side: in NumPy and in PyTorch.

- ``optlib.numpy``: the rules as the papers write them, pure functions of arrays.
- ``optlib.torch``: the same rules as PyTorch people write them, drop-in for ``torch.optim``.

Importing ``optlib`` imports neither, so that ``optlib.numpy`` runs where there is no torch.
"""

__version__ = "0.1.0"
