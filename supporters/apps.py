from django.apps import AppConfig


class SupportersConfig(AppConfig):
    name = "supporters"
    verbose_name = "Support"

    def ready(self) -> None:
        from incidents.intake import involvement_listeners  # needs the app registry
        from notifications import calendar
        from supporters import calendar_entries, reminders
        from supporters.offers import open_offers

        involvement_listeners.append(open_offers)
        reminders.register()
        calendar.sources.append(calendar_entries.of)
