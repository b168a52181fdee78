import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.enums import ImportState, Role
from accounts.models import AccessEvent, StaffImport, User
from accounts.models.second_person import RoleGrant
from accounts.roles import giving
from accounts.settings import readiness
from accounts.staff import importing, tasks
from accounts.staff.tests.test_importing import csv_of, line
from accounts.staff.views import people
from accounts.tests.counting import statements
from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory, UserFactory
from accounts.tests.markup import squeezed
from hospital.enums import ProfessionGroup
from hospital.models import Department, Profession

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = UserFactory(office=True, employee_number="", name="Ilse Lammers", roles=[Role.ADMIN])
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    """Stands in for Celery: what was put into its queue."""
    queued: list[str] = []
    monkeypatch.setattr(tasks.work_on_import, "apply_async", lambda args, retry: queued.append(args[0]))
    return queued


class TestOverview:
    def titles(self, client):
        return [lack.title for lack in client.get("/settings/").context["lacks"]]

    def test_of_an_empty_installation_names_what_is_missing(self, client, admin):
        found = self.titles(client)
        assert "There is no coordinator" in found
        assert "There are no peer supporters" in found
        assert "Nobody sits on the calamity committee" in found
        assert "No director is on duty" in found
        assert "Reminders stand still" in found
        assert "There is no privacy officer" in found
        assert "You are the only functional administrator" in found
        assert "There are no departments or professions yet" in found
        assert "Mail reaches nobody" in found

    def test_of_a_complete_one_says_so(self, client, admin, settings, monkeypatch):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        for role in (Role.COORDINATOR, Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.ADMIN):
            UserFactory(roles=[role])
        monkeypatch.setattr(readiness, "sources", [])  # each room tests its own
        assert self.titles(client) == []
        assert "Nothing is missing" in client.get("/settings/").content.decode()

    def test_warns_of_the_demo_on_a_real_address(self, client, admin, settings):
        settings.SITE_URL = "https://peersupport.ziekenhuis.example"
        assert "The demo is on" in self.titles(client)

    def test_counts_who_has_left_as_nobody(self, client, admin):
        UserFactory(roles=[Role.COORDINATOR], leaver=True)
        assert "There is no coordinator" in self.titles(client)

    def test_statements_do_not_grow(self, client, admin):
        UserFactory(roles=[Role.SUPPORTER], email="")
        few = statements(client, "/settings/")
        UserFactory.create_batch(5, roles=[Role.SUPPORTER], email="")
        assert statements(client, "/settings/") == few < 20

    def test_a_role_that_waits_is_said_with_what_lacks(self, client, admin):
        UserFactory(roles=[Role.PRIVACY_OFFICER])
        giving.give_and_take(
            user=UserFactory(),
            give={Role.COORDINATOR},
            by=admin,
            access_point="test",
            basis="test",
            at=timezone.now(),
        )
        lacks = client.get("/settings/").context["lacks"]
        line = next(lack.line for lack in lacks if lack.title == "There is no coordinator")
        assert "1 colleague was given the role, and waits for a second person" in line

    def test_the_gravest_come_first(self, client, admin):
        weights = [lack.weight for lack in client.get("/settings/").context["lacks"]]
        assert weights == sorted(weights)
        assert len(set(weights)) > 1

    def test_a_proxy_that_says_nothing_of_the_visitor_is_named(self, client, admin, settings):
        assert "The proxy does not say who visits" not in self.titles(client)
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        assert "The proxy does not say who visits" in self.titles(client)
        said = client.get("/settings/", headers={"x-forwarded-for": "10.1.2.3"}).context["lacks"]
        assert "The proxy does not say who visits" not in [lack.title for lack in said]

    def test_a_role_that_nobody_may_confirm_is_named(self, client, admin):
        giving.give_and_take(
            user=UserFactory(),
            give={Role.COORDINATOR},
            by=admin,
            access_point="test",
            basis="test",
            at=timezone.now(),
        )
        title = "A role waits, and there is nobody to confirm it"
        assert title in self.titles(client)
        UserFactory(roles=[Role.PRIVACY_OFFICER])
        assert title not in self.titles(client)


class TestRegisters:
    def test_adds_and_changes_a_department(self, client, admin):
        location = LocationFactory()
        new = {"name": "Dialyse", "location": location.id, "is_active": "on"}
        assert client.post("/settings/departments/add/", new).url == "/settings/departments/"
        row = Department.objects.get()
        client.post(f"/settings/departments/{row.id}/", {"name": "Dialyse", "location": location.id})
        row.refresh_from_db()
        assert not row.is_active
        assert "not in use" in client.get("/settings/departments/").content.decode()

    def test_says_when_a_name_is_taken(self, client, admin):
        ProfessionFactory(name="Verpleegkundige")
        response = client.post(
            "/settings/professions/add/", {"name": "VERPLEEGKUNDIGE", "group": ProfessionGroup.NURSE}
        )
        assert "This profession exists." in response.content.decode()
        assert Profession.objects.count() == 1

    def test_adds_a_partner_outside(self, client, admin):
        client.post("/settings/locations/add/", {"name": "De Brink", "is_partner": "on", "is_active": "on"})
        assert "outside the hospital" in client.get("/settings/locations/").content.decode()

    @pytest.mark.parametrize("name", ["departments", "locations", "professions"])
    def test_counts_people_in_service_in_one_statement(self, client, admin, name):
        def make(number):
            department = DepartmentFactory(location=LocationFactory(name=f"Locatie {number}"))
            profession = ProfessionFactory(name=f"Beroep {number}")
            UserFactory.create_batch(2, department=department, profession=profession)
            UserFactory(department=department, profession=profession, leaver=True)

        make(1)
        assert [row.people for row in client.get(f"/settings/{name}/").context["rows"]] == [2]
        few = statements(client, f"/settings/{name}/")
        for number in range(2, 6):
            make(number)
        assert statements(client, f"/settings/{name}/") == few < 7


class TestPeople:
    def names(self, client, query=""):
        return [user.name for user in client.get(f"/settings/people/{query}").context["people"]]

    def found(self, client, words):
        answer = client.post("/settings/people/", {"q": words}, follow=True)
        return [user.name for user in answer.context["people"]]

    def test_are_searched_and_filtered(self, client, admin):
        bram = UserFactory(name="Bram Jansma", employee_number="P777", roles=[Role.SUPPORTER])
        UserFactory(name="Chantal Kuipers", email="")
        UserFactory(name="Daan de Graaf", leaver=True)
        assert self.names(client) == ["Bram Jansma", "Chantal Kuipers", "Ilse Lammers"]
        assert self.found(client, "jansma") == self.found(client, "p777") == ["Bram Jansma"]
        assert self.names(client, f"?role={Role.SUPPORTER}") == ["Bram Jansma"]
        assert self.names(client, "?without=email") == ["Chantal Kuipers"]
        assert self.names(client, "?without=service") == ["Daan de Graaf"]
        assert self.found(client, "niemand") == []
        assert self.names(client, f"?after={bram.id}") == ["Chantal Kuipers", "Ilse Lammers"]
        assert len(self.names(client, "?after=x&role=x")) == 3

    def test_are_paged_by_key(self, client, admin, monkeypatch):
        monkeypatch.setattr(people, "PAGE", 2)
        for name in ("Anouk", "Bram", "Bram", "Chantal"):
            UserFactory(name=name)
        seen, url = [], "/settings/people/"
        while url:
            context = client.get(url).context
            seen += [user.name for user in context["people"]]
            url = context["next_url"] and f"/settings/people/{context['next_url']}"
        assert seen == ["Anouk", "Bram", "Bram", "Chantal", "Ilse Lammers"]

    def test_are_listed_in_as_many_statements_for_few_as_for_many(self, client, admin):
        few = statements(client, "/settings/people/")
        UserFactory.create_batch(10, roles=[Role.SUPPORTER])
        assert statements(client, "/settings/people/") == few < 8

    @pytest.mark.parametrize(("roles", "is_told"), [([], False), ([Role.SUPPORTER], True)])
    def test_when_somebody_signed_in_is_told_only_of_who_has_a_role(self, client, admin, roles, is_told):
        """Of a nurse it would nearly say that she reported something, or asked for support."""
        for signed_in in (None, timezone.now()):
            user = UserFactory(roles=roles, last_login=signed_in)
            page = client.get(reverse("settings:person", args=[user.id])).content.decode()
            assert ("Last signed in" in page) is is_told
            assert ("just now" in page) is (is_told and signed_in is not None)

    def test_get_and_lose_roles_which_is_written_down(self, client, admin):
        user = UserFactory(roles=[Role.ANALYST])
        url = reverse("settings:person", args=[user.id])
        assert client.get(url).context["form"].initial == {"roles": [Role.ANALYST]}
        client.post(url, {"roles": [Role.SUPPORTER, Role.COORDINATOR]})
        assert User.objects.get(id=user.id).roles == {Role.SUPPORTER}
        assert set(AccessEvent.objects.values_list("action", "object_kind", "object_ref", "user")) == {
            ("create", "role", f"supporter {user.id}", admin.id),
            ("create", "role grant", f"coordinator {user.id}", admin.id),
            ("erase", "role", f"analyst {user.id}", admin.id),
        }
        page = client.get(url)
        assert "waits for a second person" in page.content.decode()
        assert page.context["form"].initial == {"roles": [Role.COORDINATOR, Role.SUPPORTER]}
        client.post(url, {"roles": [Role.SUPPORTER]})
        assert list(RoleGrant.objects.values_list("role", "outcome")) == [("coordinator", "withdrawn")]

    def test_nobody_changes_the_own_roles(self, client, admin):
        UserFactory(roles=[Role.ADMIN])
        url = reverse("settings:person", args=[admin.id])
        assert 'name="roles"' not in client.get(url).content.decode()
        for chosen in ([Role.COORDINATOR], [Role.ADMIN, Role.BOARD], []):
            answer = client.post(url, {"roles": chosen})
            assert answer.context["form"].errors["roles"] == [
                "Nobody changes the own roles. Another administrator can change yours."
            ]
        assert User.objects.get(id=admin.id).roles == {Role.ADMIN}
        assert not RoleGrant.objects.exists()

    @pytest.mark.parametrize(
        ("chosen", "reason"),
        [
            ([Role.ADMIN, Role.COORDINATOR], "do not go together"),
            ([Role.PRIVACY_OFFICER, Role.SUPPORTER], "do not go together"),
        ],
    )
    def test_who_keeps_watch_reads_no_cases(self, client, admin, chosen, reason):
        other = UserFactory(roles=[Role.ADMIN])
        response = client.post(reverse("settings:person", args=[other.id]), {"roles": chosen})
        assert reason in response.content.decode()
        assert User.objects.get(id=other.id).roles == {Role.ADMIN}

    def test_giving_roles_asks_for_the_password_again(self, client):
        UserFactory(username="beheer", password="correct horse battery", roles=[Role.ADMIN])
        client.post("/account/sign-in/", {"login": "beheer", "password": "correct horse battery"})
        url = reverse("settings:person", args=[UserFactory().id])
        assert client.get(url).url.startswith(reverse("account_reauthenticate"))
        client.post(f"{reverse('account_reauthenticate')}?next={url}", {"password": "correct horse battery"})
        assert client.get(url).status_code == 200


class TestStaffImport:
    def upload(self, client, content, name="staf.csv", **fields):
        file = SimpleUploadedFile(name, content)
        return client.post("/settings/staff-import/", {"file": file, "complete": "on", **fields})

    def test_from_file_to_people(self, client, admin, worker, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            response = self.upload(client, csv_of(line("P1"), line("P2", manager="P1")))
        current = StaffImport.objects.get()
        assert response.url == reverse("settings:staff-import-file", args=[current.id])
        assert worker == [str(current.id)]
        waiting = client.get(response.url).content.decode()
        assert "<progress" in waiting
        assert "every 1s" in waiting
        tasks.work_on_import(worker.pop())
        preview = client.get(response.url)
        page = preview.content.decode()
        assert "Noëlle Jansen" in page
        assert "Ziekenhuis Noord" in page
        digest = preview.context["current"].preview["digest"]
        confirm = reverse("settings:staff-import-confirm", args=[current.id])
        client.post(confirm, {"digest": digest})
        assert worker == []
        with django_capture_on_commit_callbacks(execute=True):
            client.post(confirm, {"digest": digest, "make_missing": "on"})
        tasks.work_on_import(worker.pop())
        assert "Imported." in client.get(response.url).content.decode()
        assert User.objects.filter(employee_number__in=["P1", "P2"]).count() == 2

    def test_the_progress_bar_asks_for_its_own_part_only(self, client, admin, worker):
        response = self.upload(client, csv_of(line("P1")))
        part = squeezed(client.get(response.url, headers={"hx-request": "true"}).content.decode())
        assert part.startswith('<div id="import"')
        current = StaffImport.objects.get()
        StaffImport.objects.update(state=ImportState.READING)
        importing._tell(current.id, 500, 1000)
        assert 'value="500" max="1000"' in client.get(response.url).content.decode()

    def test_errors_stand_by_line_and_column(self, client, admin):
        DepartmentFactory()
        response = self.upload(client, csv_of(line("P1", email="fout")))
        tasks.sweep_imports()
        page = client.get(response.url).content.decode()
        assert "This is not an e-mail address." in page
        assert '<td class="num" data-label="Line">2</td><td data-label="Column">E-mail</td>' in page

    def test_changes_are_shown(self, client, admin):
        DepartmentFactory(name="Cardiologie", location=LocationFactory(name="Ziekenhuis Noord"))
        ProfessionFactory(name="Verpleegkundige")
        UserFactory(
            employee_number="P1",
            username="p1",
            name="Noor Jansen",
            email="p1@ziekenhuis.example",
            leaver=True,
        )
        UserFactory(employee_number="P2", name="Bram Jansma")
        response = self.upload(client, csv_of(line("P1")))
        tasks.sweep_imports()
        page = client.get(response.url).content.decode()
        assert "<del>Noor Jansen</del> → <ins>Noëlle Jansen</ins>" in page
        assert "<del>no</del> → <ins>yes</ins>" in page
        assert "Bram Jansma" in page
        assert "Many people would leave." in page

    def test_thrown_away(self, client, admin):
        self.upload(client, csv_of(line("P1")))
        current = StaffImport.objects.get()
        url = reverse("settings:staff-import-discard", args=[current.id])
        assert client.post(url).url == "/settings/staff-import/"
        assert StaffImport.objects.get().state == ImportState.DISCARDED
        assert client.post(url).url == reverse("settings:staff-import-file", args=[current.id])

    def test_a_second_one_is_told_to_wait(self, client, admin):
        self.upload(client, csv_of(line("P1")))
        response = self.upload(client, csv_of(line("P2")))
        assert "An import is open" in response.content.decode()
        assert StaffImport.objects.count() == 1

    @pytest.mark.parametrize(
        ("content", "reason"),
        [(b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"), (b"", "The submitted file is empty.")],
        ids=["too large", "empty"],
    )
    def test_refuses_at_the_door(self, client, admin, content, reason):
        assert reason in self.upload(client, content).content.decode()
        assert not StaffImport.objects.exists()

    def test_a_partial_file_puts_nobody_out_of_service(self, client, admin):
        file = SimpleUploadedFile("staf.csv", csv_of(line("P1")))
        client.post("/settings/staff-import/", {"file": file})
        assert not StaffImport.objects.get().is_complete
