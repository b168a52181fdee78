"""The programme around the contact: who becomes a supporter, and who stays one."""

from training.models.candidate import Ballot, Candidate, HeadsAsked, NamingMark, PeerVote
from training.models.competence import CompetenceHeld, TakenOver
from training.models.meeting import Material, Meeting, Trainer
from training.models.policy import TrainingPolicy
from training.models.seat import MeetingSeat
from training.models.simulation import Simulation

__all__ = [
    "Ballot",
    "Candidate",
    "CompetenceHeld",
    "HeadsAsked",
    "Material",
    "Meeting",
    "MeetingSeat",
    "NamingMark",
    "PeerVote",
    "Simulation",
    "TakenOver",
    "Trainer",
    "TrainingPolicy",
]
