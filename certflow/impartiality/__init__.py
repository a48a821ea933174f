"""Nobody decides their own case: earlier parts in a dossier, conflicts of interest, substitutes, and councils of at
least five.
"""
