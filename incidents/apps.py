from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Reports and calamities"

    def ready(self) -> None:
        from incidents import reminders  # needs the app registry

        reminders.register()
