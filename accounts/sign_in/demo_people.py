"""The people of the demo hospital who sign in with one click, in the order of the way of a report."""

from django.utils.translation import gettext_lazy as _

from hospital import names

#: username → (role, what to see as this person)
DEMO_PEOPLE = {
    "employee": (_("Nurse"), _("Reports an event, asks for support, and sees who opened their own record.")),
    "teamleader": (_("Team leader"), _("Reports for the team.")),
    "coordinator": (_("Coordinator peer support"), _("Assigns a supporter to everybody involved.")),
    "deputy": (_("Deputy coordinator"), _("A second coordinator, at the same time.")),
    "supporter": (_("Peer supporter"), _("Calls colleagues and logs the contact on a phone.")),
    "supporter2": (_("Another peer supporter"), _("Takes over when the first is too close.")),
    "ccp": (names.committee, _("Keeps track of the steps after a calamity.")),
    "analyst": (_("Calamity analyst"), _("Analyses the calamities of their own team.")),
    "director": (_("Director"), _("Reads calamities and figures.")),
    "board": (_("Board"), _("Sees published figures only.")),
    "admin": (_("Functional administrator"), _("People, departments and the staff import; no cases.")),
    "privacy": (_("Privacy officer"), _("Reads the access log.")),
}
