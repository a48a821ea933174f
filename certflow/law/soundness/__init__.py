"""soundness"""
