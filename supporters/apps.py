from django.apps import AppConfig


class SupportersConfig(AppConfig):
    name = "supporters"
    verbose_name = "Support"

    def ready(self) -> None:
        from accounts.settings.readiness import sources  # these need the app registry
        from accounts.staff import leaving
        from incidents.calamities.analysis.team import team_listeners
        from incidents.calamities.milestones import track_listeners
        from incidents.reports import withdrawal
        from incidents.reports.report_writer import involvement_listeners
        from notifications.calendar import entries
        from notifications.reminders import reconcile
        from supporters import places
        from supporters.contacts import analyst_conflict, calendar_entries, involved_conflict, supporter_left
        from supporters.offers import employee_left, reminders, withdrawn_reports
        from supporters.offers.opening import expected, open_offers, push_counts
        from supporters.pool import readiness

        involvement_listeners += [open_offers, involved_conflict.tell_coordinators]
        track_listeners.append(lambda incident, at: push_counts(incident, at=at))
        leaving.listeners += [supporter_left.tell_coordinators, employee_left.tell_coordinators]
        leaving.kinds.append(supporter_left.LEFT_OPEN)
        leaving.always.append(employee_left.ALWAYS)
        team_listeners.append(analyst_conflict.tell_coordinators)
        withdrawal.acted.append(withdrawn_reports.acted)
        withdrawal.listeners.append(withdrawn_reports.forget)
        places.register()
        reminders.register()
        sources.append(readiness.lacks)
        reconcile.expectations.append(expected)
        entries.sources.append(calendar_entries.SOURCE)
