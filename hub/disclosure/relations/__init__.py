"""What is known to hold between the counts of a release, worked out from the vocabulary."""

from hub.disclosure.relations.relations import cell_of, relations_of

__all__ = ["cell_of", "relations_of"]
