from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Reminders and their delivery"

    def ready(self) -> None:
        from accounts.lacks import sources  # these need the app registry
        from notifications import absence, digest, kinds, lacks, second_person
        from notifications.failure import ALARM, NOBODY_LEFT, TRIAL

        kinds.register(ALARM)
        kinds.register(TRIAL)
        for kind in NOBODY_LEFT.values():
            kinds.register(kind)
        kinds.register(digest.KIND)
        kinds.register(digest.WAITED)
        kinds.register(absence.NAMED)
        second_person.register()
        sources.append(lacks.lacks)
