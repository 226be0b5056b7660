"""The two GraphQL schemas: ``read`` for analysts and dashboards, ``intake`` for agencies.

Two schemas, not one with roles: what is not in a schema cannot be asked of it.
"""
