from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Reminders and their delivery"

    def ready(self) -> None:
        from notifications import absence, digest, kinds, second_person
        from notifications.failure import ALARM, TRIAL

        kinds.register(ALARM)
        kinds.register(TRIAL)
        kinds.register(digest.KIND)
        kinds.register(absence.NAMED)
        second_person.register()
