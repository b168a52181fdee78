from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Evaluations"

    def ready(self) -> None:
        from accounts.settings.readiness import sources
        from evaluations import invitations, key_watch, places
        from notifications.reminders import kinds, reconcile

        places.register()
        for kind in (*invitations.KINDS, key_watch.KEY, key_watch.FULL):
            kinds.register(kind)
        reconcile.expected_mails.append(invitations.expected)
        sources.append(key_watch.lacks)
