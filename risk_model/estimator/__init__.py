"""scikit-learn estimators; training time only."""

from risk_model.estimator.classifier import PetitionRiskClassifier

__all__ = ["PetitionRiskClassifier"]
