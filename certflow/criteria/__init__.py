"""Criteria sets and procedures as people read them, their confirmation by a department, and the sets that departments
write themselves.
"""
