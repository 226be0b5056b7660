"""The demo: real returns, pushed through the public API by each agency's own OAuth client.

It is no way in: loopback only, random credentials made at start, a throw-away data folder.
"""
