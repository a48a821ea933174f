"""What guards and the cases beside a definition say."""
