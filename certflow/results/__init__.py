"""What a decision leads to: recognition kept for 36 months, papers with numbers, revocation, public verification, and
the titles of a unit (Circular 25/2023/TT-BGDĐT art. 9-19).
"""
