from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Reminders and their delivery"

    def ready(self) -> None:
        from accounts.settings.readiness import sources  # these need the app registry
        from notifications import places
        from notifications.delivery import digest, readiness
        from notifications.reminders import announcing_absence, kinds, second_person
        from notifications.reminders.failure import ALARM, NOBODY_LEFT, TRIAL

        places.register()
        kinds.register(ALARM)
        kinds.register(TRIAL)
        for kind in NOBODY_LEFT.values():
            kinds.register(kind)
        kinds.register(digest.KIND)
        kinds.register(digest.WAITED)
        kinds.register(digest.TOGETHER)
        for kind in announcing_absence.KINDS:
            kinds.register(kind)
        second_person.register()
        sources.append(readiness.lacks)
