"""Dossiers: opening, lists, overview, the acts that change their state with their history, receipts, proof, and moving
to newer rules (Circular 25/2023/TT-BGDĐT art. 9).
"""
