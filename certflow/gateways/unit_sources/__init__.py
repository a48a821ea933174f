"""unit_sources"""
