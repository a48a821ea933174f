"""What awards and the lineage of a title say."""
