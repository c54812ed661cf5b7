"""From pixels and words to probabilities: detectors, classifiers, model cards, engines."""
