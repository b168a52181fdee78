"""Addresses of the programme around the contact."""

from django.urls import include, path

from training import views
from training.coverage.views import coverage, recruiting, simulation
from training.meetings.views import attendance, joining, listing, meetings, own
from training.nominations.views import candidates, naming

training_urls = [
    path("training/", meetings.meetings, name="list"),
    path("training/plan/<slug:kind>/", meetings.plan, name="plan"),
    path("training/meetings/<uuid:pk>/", meetings.meeting, name="meeting"),
    path("training/meetings/<uuid:pk>/change/", meetings.change, name="change"),
    path("training/meetings/<uuid:pk>/call-off/", meetings.call_off, name="call-off"),
    path("training/meetings/<uuid:pk>/invite/", meetings.invite, name="invite"),
    path("training/meetings/<uuid:pk>/attendance/", attendance.attendance, name="attendance"),
    path("training/meetings/<uuid:pk>/was-there/", attendance.was_there, name="was-there"),
    path("training/meetings/<uuid:pk>/screen/", attendance.screen, name="screen"),
    path("training/here/<uuid:pk>/<slug:code>/", attendance.here, name="here"),
    path("training/meetings/<uuid:pk>/accreditation/", listing.accreditation, name="accreditation"),
    path("training/meetings/<uuid:pk>/accreditation.csv", listing.export, name="accreditation-export"),
    path("training/standing/", listing.lapsing, name="standing"),
    path("training/mine/<uuid:pk>/number/", own.number, name="number"),
    path("training/add/", joining.add, name="add"),
    path("training/mine/<uuid:pk>/certificate/", own.certificate, name="certificate"),
    path("training/mine/", own.mine, name="mine"),
    path("training/mine/<uuid:pk>/", own.answer, name="answer"),
    path("training/coverage/", coverage.coverage, name="coverage"),
    path("training/recruit/", recruiting.recruit, name="recruit"),
    path("training/simulation/", simulation.simulation, name="simulation"),
    path("training/simulation/start/", simulation.simulate, name="simulate"),
    path("training/nominate/", naming.nominate, name="nominate"),
    path("training/apply/", naming.apply, name="apply"),
    path("training/votes/<uuid:pk>/", naming.vote, name="vote"),
    path("training/asked/", naming.asked, name="asked"),
    path("training/candidates/", candidates.candidates, name="candidates"),
    path("training/candidates/heads/", candidates.ask_heads, name="ask-heads"),
    path("training/candidates/vote/", candidates.open_vote, name="open-vote"),
    path("training/candidates/<uuid:pk>/ask/", candidates.ask, name="ask"),
    path("training/candidates/<uuid:pk>/invite/", candidates.invite, name="invite-candidate"),
    path("training/policy/", views.policy, name="policy"),
]

urlpatterns = [path("", include((training_urls, "training")))]
