"""Results from answers: shares as exact fractions, levels, points, units below."""
