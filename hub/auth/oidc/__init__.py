"""Signing people in at an external OpenID Connect provider, with the hub as confidential client.

Authorization code with PKCE S256, ``state``, ``nonce`` and the ``iss`` of RFC 9207. The provider
tells who somebody is and how they proved it, nothing more.
"""
