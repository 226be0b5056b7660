"""Documents compiled once: from then on answers are written straight from resolved objects.

The door is :func:`hub.schema.compiled.compiling.compile_document`. It gives a plan, or None for a
document that the ordinary executor answers alone. A plan runs the root fields' own resolvers, with
their guards, and writes what they give; it never answers an error: whatever does not go well is
left to the ordinary executor, so both ways give the same answer by construction. See ADR 17.
"""
