from django.apps import AppConfig


class SupportersConfig(AppConfig):
    name = "supporters"
    verbose_name = "Support"

    def ready(self) -> None:
        from accounts import home, leaving
        from accounts.lacks import sources  # these need the app registry
        from incidents import withdrawal
        from incidents.intake import involvement_listeners
        from incidents.milestones import track_listeners
        from incidents.team import team_listeners
        from notifications import calendar, reconcile
        from supporters import (
            analyst_conflict,
            calendar_entries,
            employee_left,
            involved_conflict,
            lacks,
            own_calls,
            reminders,
            supporter_left,
            withdrawn,
        )
        from supporters.offers import expected, open_offers, push_counts

        involvement_listeners += [open_offers, involved_conflict.tell_coordinators]
        track_listeners.append(lambda incident, at: push_counts(incident, at=at))
        leaving.listeners += [supporter_left.tell_coordinators, employee_left.tell_coordinators]
        leaving.kinds.append(supporter_left.LEFT_OPEN)
        leaving.always.append(employee_left.ALWAYS)
        team_listeners.append(analyst_conflict.tell_coordinators)
        withdrawal.acted.append(withdrawn.acted)
        withdrawal.listeners.append(withdrawn.forget)
        home.panels.append(home.Panel("supporters/_own_calls.html", own_calls.running, first=True))
        reminders.register()
        sources.append(lacks.lacks)
        reconcile.expectations.append(expected)
        calendar.sources.append(calendar_entries.SOURCE)
