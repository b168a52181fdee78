"""The supporter's own contacts."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.access import SignedInRequest, allow
from accounts.enums import Role
from supporters.models import Contact


@allow(Role.SUPPORTER)
def contacts(request: SignedInRequest) -> HttpResponse:
    """One's own contacts, what is next first."""
    mine = Contact.objects.filter(supporter__user=request.user)
    return render(request, "supporters/contacts.html", {"contacts": mine})


@allow(Role.SUPPORTER)
def contact(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One contact: whom to call and how, and the next step."""
    mine = get_object_or_404(Contact.objects.filter(supporter__user=request.user), pk=pk)
    return render(request, "supporters/contact.html", {"contact": mine})
