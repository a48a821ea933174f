"""Rules with days and a document: who decides where the law names nobody (authority), who acts and signs for another
(delegation, signing; Decree 30/2020/NĐ-CP art. 13), and what becomes of titles after a merger (inheritance).
"""
