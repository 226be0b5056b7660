"""Signed notices of new releases to other programs: who wants them, what is owed, sending.

A release that readers may see is itself the event, so none is lost: deliveries that it owes are
written down from it, each once, and tried until they are taken or given up. A notice names the
release and holds no figure.
"""
