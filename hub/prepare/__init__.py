"""Case records -> aggregate return, on the agency's own machine.

Needs no server, no database and no account. Identifiers are replaced by keyed pseudonyms as soon
as they are read, live in memory only, and are written nowhere: what comes out is counts, and a
log of the rows that were not counted, by number and reason.
"""

from hub.errors import KeyFileError
from hub.prepare.key import load_key, make_key
from hub.prepare.preparation import Prepared, prepare
from hub.prepare.recipe import Recipe, RecipeError, load_recipe, parse_recipe

__all__ = [
    "KeyFileError",
    "Prepared",
    "Recipe",
    "RecipeError",
    "load_key",
    "load_recipe",
    "make_key",
    "parse_recipe",
    "prepare",
]
