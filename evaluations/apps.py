from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Evaluations"

    def ready(self) -> None:
        from evaluations import places
        from evaluations.invitations import KIND, expected
        from notifications.reminders import kinds, reconcile

        places.register()
        kinds.register(KIND)
        reconcile.expected_mails.append(expected)
