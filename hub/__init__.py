"""The hub: agencies' aggregate returns in, a protected victim journey out.

Read the rooms in the order of the data: ``vocabulary``, ``returns``, ``loaders``,
``validation``, ``submissions``, ``disclosure``, ``release``, ``protected``, ``views``,
``schema``, ``web``.
"""
