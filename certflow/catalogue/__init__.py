"""What the rules and the country consist of: definitions in use and published, units by id or code, the roles of all
schemes, and whether a criteria set is trusted.
"""
