from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = "Reports and calamities"

    def ready(self) -> None:
        from accounts import home
        from accounts.lacks import sources  # these need the app registry
        from incidents import (
            calendar_entries,
            disclosure_reminders,
            lacks,
            leavers,
            own_reports,
            put_aside,
            reminders,
            sight,
            team_reminders,
        )
        from notifications import calendar

        put_aside.register()
        reminders.register()
        team_reminders.register()
        disclosure_reminders.register()
        leavers.register()
        sources.append(lacks.lacks)
        calendar.sources.append(calendar_entries.SOURCE)
        home.calls_within.append(sight.within_hours)
        home.panels.append(home.Panel("incidents/_own_reports.html", own_reports.latest))
