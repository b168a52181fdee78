from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Training"

    def ready(self) -> None:
        from accounts.staff import leaving  # these need the app registry
        from notifications.calendar import entries
        from training import places
        from training.meetings import calendar_entries, reminders, seating, standing
        from training.nominations import forgetting
        from training.nominations import reminders as nomination_reminders

        leaving.listeners += [seating.leave, forgetting.left]
        entries.sources.append(calendar_entries.SOURCE)
        reminders.register()
        standing.register()
        nomination_reminders.register()
        places.register()
