"""The programme around the contact: who becomes a supporter, and who stays one."""

from training.models.policy import TrainingPolicy

__all__ = ["TrainingPolicy"]
