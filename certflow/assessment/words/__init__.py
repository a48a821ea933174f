"""What answers, figures, gaps and ratings say."""
