from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = "Figures"

    def ready(self) -> None:
        from dashboards import places, reminders  # need the app registry

        places.register()
        reminders.register()
