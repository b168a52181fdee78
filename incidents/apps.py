from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Reports and calamities"

    def ready(self) -> None:
        from accounts import home  # these need the app registry
        from incidents import own_reports, reminders

        reminders.register()
        home.panels.append(home.Panel("incidents/_own_reports.html", own_reports.latest))
