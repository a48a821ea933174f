"""difference"""
