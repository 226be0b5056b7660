"""Other methods behind one door, for a policy that asks for them. Suppression is the default.

:func:`protect_by` takes a table and a method and gives what readers are told of each cell, after
the method's own attack was held off. Which to choose when: docs/explanation/choosing-a-method.md.
"""

from hub.disclosure.methods.door import protect_by
from hub.disclosure.methods.parameters import SHORTEST_SECRET, Method, MethodParameters
from hub.disclosure.methods.perturbation import perturbation_table
from hub.disclosure.methods.result import MethodResult, Telling, ToldCell
from hub.disclosure.methods.telling import told_by_method

__all__ = [
    "SHORTEST_SECRET",
    "Method",
    "MethodParameters",
    "MethodResult",
    "Telling",
    "ToldCell",
    "perturbation_table",
    "protect_by",
    "told_by_method",
]
