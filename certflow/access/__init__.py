"""Who holds which role today and sees which dossier: appointments, delegations, substitutes and councils (Decree
30/2020/NĐ-CP art. 13 for those who act for another).
"""
