"""The programme around the contact: who becomes a supporter, and who stays one."""

from training.models.competence import CompetenceHeld, TakenOver
from training.models.meeting import Material, Meeting, Trainer
from training.models.policy import TrainingPolicy
from training.models.seat import MeetingSeat
from training.models.simulation import Simulation

__all__ = [
    "CompetenceHeld",
    "Material",
    "Meeting",
    "MeetingSeat",
    "Simulation",
    "TakenOver",
    "Trainer",
    "TrainingPolicy",
]
