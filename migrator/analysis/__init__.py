"""Facts about one module: names, values, clients, call sites and what becomes of results.

Built on the standard syntax tree; LibCST is never imported here.
"""
