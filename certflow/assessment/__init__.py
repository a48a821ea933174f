"""The self-assessment and its appraisal: answers and findings for each indicator, evidence, the meeting, and results
counted from the units below (Circular 25/2023/TT-BGDĐT art. 5-8).
"""
