"""Where the keyboard stands after a part of the report was replaced."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_focus_goes_to_who_was_added_and_back_to_the_search(page, live_server, watch, client):
    user = UserFactory(name="Noor Bos")
    client.force_login(user)
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": live_server.url}
            for name, morsel in client.cookies.items()
        ]
    )
    page.goto(f"{live_server.url}/incidents/new/event/")
    page.get_by_role("button", name="I was involved myself").press("Enter")
    expect(page.get_by_role("button", name="Remove Noor Bos")).to_be_focused()
    page.get_by_role("button", name="Somebody without an account").press("Enter")
    expect(page.get_by_role("group", name="Somebody without an account").get_by_label("Name")).to_be_focused()
    page.get_by_role("button", name="Remove Noor Bos").press("Enter")
    expect(page.get_by_role("combobox", name="Add a colleague")).to_be_focused()
