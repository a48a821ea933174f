"""What the audit notes of requests, and its pages for administrators."""
