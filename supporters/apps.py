from django.apps import AppConfig


class SupportersConfig(AppConfig):
    name = "supporters"
    verbose_name = "Support"

    def ready(self) -> None:
        from accounts.settings.readiness import sources  # these need the app registry
        from accounts.staff import leaving
        from incidents.calamities import later_moments
        from incidents.calamities.analysis.team import team_listeners
        from incidents.calamities.milestones import track_listeners
        from incidents.reports import report_as_seen, report_writer, withdrawal
        from notifications.calendar import entries
        from notifications.reminders import announcing_absence, reconcile
        from supporters import places
        from supporters.contacts import (
            analyst_conflict,
            announcing,
            calendar_entries,
            involved_conflict,
            supporter_left,
        )
        from supporters.intake import head_questions, told_reporter, unnamed_reports
        from supporters.intake import reminders as intake_reminders
        from supporters.matching import free_to_choose
        from supporters.offers import (
            choosing,
            desk,
            employee_left,
            morning,
            own_support,
            reminders,
            told_later,
            withdrawn_reports,
        )
        from supporters.offers.opening import expected, open_offers, push_counts
        from supporters.pool import readiness

        report_writer.involvement_listeners.append(open_offers)
        report_writer.addition_listeners += [unnamed_reports.named, involved_conflict.tell_coordinators]
        report_writer.unnamed_listeners.append(unnamed_reports.opened)
        report_writer.report_listeners.append(head_questions.asked)
        report_writer.correction_listeners.append(unnamed_reports.corrected)
        report_as_seen.unnamed.append(told_reporter.as_reporter_reads)
        announcing.listeners.append(lambda incident, at: push_counts(incident, at=at))
        track_listeners += [
            lambda incident, at: push_counts(incident, at=at),
            unnamed_reports.corrected,
        ]
        later_moments.listeners += [told_later.tell, own_support.renew]
        later_moments.counted.append(told_later.count)
        leaving.listeners += [supporter_left.tell_coordinators, employee_left.tell_coordinators]
        leaving.kinds.append(supporter_left.LEFT_OPEN)
        leaving.always.append(employee_left.ALWAYS)
        team_listeners.append(analyst_conflict.tell_coordinators)
        withdrawal.acted += [withdrawn_reports.acted, unnamed_reports.decided]
        announcing_absence.listeners.append(desk.tell)
        choosing.free.append(free_to_choose.free)
        choosing.of_own_group.append(free_to_choose.of_own_group)
        withdrawal.listeners += [
            withdrawn_reports.forget,
            unnamed_reports.withdrawn,
            head_questions.withdrawn,
        ]
        places.register()
        reminders.register()
        morning.register()
        sources.append(readiness.lacks)
        reconcile.expectations += [expected, intake_reminders.expected]
        entries.sources += [calendar_entries.SOURCE, calendar_entries.SOURCE_OF_EMPLOYEE]
