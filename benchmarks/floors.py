"""What Django itself costs on this machine: the unit of every ratio of the benchmark."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from accounts.pages.access import allow_signed_in
from benchmarks.models import Row


@allow_signed_in
def page(request: HttpRequest) -> HttpResponse:
    """The bare page: session sign-in, one query, 50 rows through a Django template."""
    return render(request, "benchmarks/bare_page.html", {"rows": Row.objects.order_by("due_at", "id")[:50]})


@allow_signed_in
def post(request: HttpRequest) -> HttpResponse:
    """The bare POST: session sign-in, one insert, a redirect."""
    Row.objects.create(due_at=timezone.now(), name=request.POST["name"], state="new")
    return HttpResponseRedirect("/bare/")
