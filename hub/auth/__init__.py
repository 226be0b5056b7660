"""Who calls, and what they may do: principals, roles, permissions, keys and tokens.

The right to act is the token's scope **and** the client's role in the hub's own registry
**and** its agency. A claim in a token only ever narrows what the registry grants.
"""
