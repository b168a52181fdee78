from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Reports and calamities"

    def ready(self) -> None:
        from accounts.settings.readiness import sources  # these need the app registry
        from incidents import places
        from incidents.calamities import calendar_entries, leavers, put_aside, readiness, reminders
        from incidents.calamities.analysis import team_reminders
        from incidents.calamities.family_talks import talk_reminders
        from notifications.calendar import entries

        put_aside.register()
        reminders.register()
        team_reminders.register()
        talk_reminders.register()
        leavers.register()
        sources.append(readiness.lacks)
        entries.sources.append(calendar_entries.SOURCE)
        places.register()
