"""The hospital's own names of its committee and team, wherever a page, a notice or a print says them."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from hospital import names
from hospital.models import Hospital
from incidents.calamities.steps_on_page import ACTS
from incidents.enums import Step
from notifications.reminders import kinds

CCP, CAT = "de Calamiteitencommissie Patiëntenzorg (CCP)", "Het calamiteitenanalyseteam"


@pytest.fixture
def named(db):
    Hospital.objects.update_or_create(id=1, defaults={"committee": CCP, "analysis_team": CAT})
    names.begin()
    yield
    names.end()


def test_roles_steps_and_notices_say_it(named):
    with override("nl"):
        assert str(Role.CCP.label) == "Calamiteitencommissie Patiëntenzorg (CCP)"
        assert str(ACTS[Step.FEEDBACK]).startswith("Calamiteitenanalyseteam en de Calamiteitencommissie")
        assert "het calamiteitenanalyseteam" in str(kinds.get("incidents.on_team").line)
        assert CCP in str(kinds.get("incidents.calamity_in").line)


def test_the_administrator_names_them_and_pages_say_it_at_once(client, db):
    client.force_login(UserFactory(roles=[Role.ADMIN]))
    page = client.get(reverse("calamity-committee")).content.decode()
    assert "<h1>Calamity committee</h1>" in " ".join(page.split())
    client.post(reverse("settings:hospital"), {"name": "Merwede", "committee": CCP, "analysis_team": CAT})
    page = client.get(reverse("calamity-committee")).content.decode()
    assert "<h1>Calamiteitencommissie Patiëntenzorg (CCP)</h1>" in " ".join(page.split())
    client.force_login(UserFactory())
    page = client.get(reverse("incidents:report", args=["calamity"])).content.decode()
    assert "The Calamiteitencommissie Patiëntenzorg (CCP) is told at once" in page
