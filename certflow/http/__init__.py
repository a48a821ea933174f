"""The web around every page: refusals as statuses, policy rules at routes, the person of a request, shared fields, base
templates.
"""
