"""impartiality"""
