"""Rounds: one scheme in one province for one assessed year, with its dates, its working days and the versions it can
move to (Circular 25/2023/TT-BGDĐT art. 9).
"""
