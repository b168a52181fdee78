from django.apps import AppConfig
from django.core.signals import request_finished, request_started

from hospital import names


class HospitalConfig(AppConfig):
    name = "hospital"
    verbose_name = "The hospital"

    def ready(self) -> None:
        request_started.connect(names.begin, dispatch_uid="hospital names")
        request_finished.connect(names.end, dispatch_uid="hospital names")
