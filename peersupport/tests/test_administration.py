"""The long lists of the administrator and the privacy officer say every name as it is, and lead on.

Also covers accounts.pages.addresses.
"""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory

MARKUP, ESCAPED = '<b>Noor</b> & "co"', "&lt;b&gt;Noor&lt;/b&gt; &amp; &quot;co&quot;"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "page", "times"),
    [
        (Role.ADMIN, "settings:people", 3),
        (Role.ADMIN, "settings:departments", 2),
        (Role.ADMIN, "settings:professions", 1),
        (Role.PRIVACY_OFFICER, "access-log:list", 1),
    ],
)
def test_a_name_with_markup_in_it_is_shown_as_it_is(client, role, page, times):
    department = DepartmentFactory(name=MARKUP, location__name=MARKUP)
    reader = UserFactory(
        roles=[role], name=MARKUP, department=department, profession=ProfessionFactory(name=MARKUP)
    )
    client.force_login(reader)
    answer = client.get(reverse(page)).content.decode()
    rows = answer[answer.index("<tbody>") : answer.index("</tbody>")]
    assert "<b>" not in rows
    assert rows.count(ESCAPED) == times


def test_each_row_leads_to_its_own(client):
    admin, somebody = UserFactory(roles=[Role.ADMIN]), UserFactory()
    client.force_login(admin)
    rows = client.get(reverse("settings:people")).content.decode()
    for one in (admin, somebody):
        assert f'href="{reverse("settings:person", args=[one.pk])}">{one.name}</a>' in rows
