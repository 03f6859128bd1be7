"""Training, evaluation and model cards; needs scikit-learn, unlike the run time."""
