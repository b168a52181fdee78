"""Addresses of support, in three namespaces: the coordinator's desk, the supporter's contacts, the pool."""

from django.urls import URLPattern, URLResolver, include, path

from supporters.contacts import views
from supporters.contacts.appointments import views as appointments
from supporters.corridor import views as corridor
from supporters.intake.views import head_questions, intake, intake_rules, name_people
from supporters.matching.views import case, match, propose, replacing, roll_call
from supporters.offers.views import desk, filtering, joining, me, own_link, without_name, worklist
from supporters.pool.views import cover, kept_apart, outside_help, pool, showing

support_urls = [
    path("support/", worklist.worklist, name="worklist"),
    path("support/filter/", filtering.choose, name="filter"),
    path("support/filter/<uuid:pk>/forget/", filtering.forget, name="filter-forget"),
    path("support/desk/", desk.hand_over, name="desk"),
    path("support/desk/take-back/", desk.take_back, name="desk-take-back"),
    path("support/propose/", propose.propose, name="propose"),
    path("support/propose/marked/", propose.propose_marked, name="propose-marked"),
    path("support/remind/", worklist.remind_several, name="remind-several"),
    path("support/intake/", intake.intake, name="intake"),
    path("support/intake/decide/", intake.decide, name="intake-decide"),
    path("support/intake/ask/", intake.ask, name="intake-ask"),
    path("support/intake/<uuid:pk>/undo/", intake.undo, name="intake-undo"),
    path("support/intake/<uuid:pk>/take-up/", intake.take_up, name="intake-take-up"),
    path("support/intake/<str:reference>/people/", name_people.name_people, name="name-people"),
    path("support/intake/heads/<uuid:pk>/settle/", head_questions.settle, name="head-settle"),
    path("support/<str:reference>/who-was-there/", head_questions.who_was_there, name="who-was-there"),
    path("support/<str:reference>/", roll_call.roll_call, name="roll-call"),
    path("support/<str:reference>/join/", joining.join_reports, name="join"),
    path("support/<str:reference>/assign/", roll_call.assign_together, name="assign-together"),
    path("support/supporter/<uuid:pk>/", replacing.replace, name="replace"),
    path("support/involved/<uuid:pk>/match/", match.match, name="match"),
    path("support/involved/<uuid:pk>/assign/", case.assign, name="assign"),
    path("support/involved/<uuid:pk>/go-on/", case.go_on, name="go-on"),
    path("support/involved/<uuid:pk>/refer/", case.refer, name="refer"),
    path("support/involved/<uuid:pk>/told/", case.told, name="told"),
    path("support/involved/<uuid:pk>/close/", case.close_offer, name="close-offer"),
    path("support/involved/<uuid:pk>/reopen/", case.reopen, name="reopen"),
    path("support/contact/<uuid:pk>/withdraw/", case.withdraw, name="withdraw"),
    path("support/contact/<uuid:pk>/remind/", case.remind, name="remind"),
    path("support/contact/<uuid:pk>/answer/", case.answer, name="answer"),
    path("support/contact/<uuid:pk>/grant/", case.grant, name="grant"),
    path("support/contact/<uuid:pk>/close/", case.close, name="close"),
    path("support/contact/<uuid:pk>/undo/", case.undo, name="undo"),
]

contacts_urls = [
    path("contacts/", views.contacts, name="list"),
    path("contacts/availability/", views.availability, name="availability"),
    path("contacts/showing/", showing.showing, name="showing"),
    path("contacts/hand-over/", views.hand_all_over, name="hand-over"),
    path("contacts/take-back/", views.take_back, name="take-back"),
    path("contacts/corridor/", corridor.corridor_talk, name="corridor"),
    path("contacts/corridor/undo/", corridor.undo, name="corridor-undo"),
    path("contacts/<uuid:pk>/", views.contact, name="detail"),
    path("contacts/<uuid:pk>/log/", views.log, name="log"),
    path("contacts/<uuid:pk>/appointment/", appointments.appointment, name="appointment"),
    path("contacts/<uuid:pk>/undo/<int:seen>/", views.undo, name="undo"),
]

pool_urls = [
    path("pool/", pool.pool, name="list"),
    path("pool/policy/", pool.policy, name="policy"),
    path("pool/policy/cover/", cover.cover, name="cover"),
    path("pool/policy/places/", appointments.meeting_places, name="places"),
    path("pool/policy/intake/", intake_rules.intake_rules, name="intake-rules"),
    path("pool/policy/outside/", outside_help.outside_help, name="outside-help"),
    path("pool/<uuid:pk>/", pool.supporter, name="supporter"),
    path("pool/<uuid:pk>/status/", pool.status, name="status"),
    path("pool/<uuid:pk>/exclusions/", kept_apart.exclusions, name="exclusions"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("mine/<str:signed>/", own_link.own_support, name="own-link"),
    path("mine/<str:signed>/erase/", own_link.erase, name="own-link-erase"),
    path("me/without-name/", without_name.ask, name="without-name"),
    path("me/", me.me, name="me"),
    path("me/<uuid:pk>/decide/", me.decide, name="me-decide"),
    path("me/<uuid:pk>/erase/", me.erase, name="me-erase"),
    path("", include((support_urls, "support"))),
    path("", include((contacts_urls, "contacts"))),
    path("", include((pool_urls, "pool"))),
]
