"""Addresses of support, in three namespaces: the coordinator's desk, the supporter's contacts, the pool."""

from django.urls import URLPattern, URLResolver, include, path

from supporters.views import contacts, match, pool, roll_call, worklist

support_urls = [
    path("support/", worklist.worklist, name="worklist"),
    path("support/<str:reference>/", roll_call.roll_call, name="roll-call"),
    path("support/involved/<uuid:pk>/match/", match.match, name="match"),
]

contacts_urls = [
    path("contacts/", contacts.contacts, name="list"),
    path("contacts/<uuid:pk>/", contacts.contact, name="detail"),
]

pool_urls = [
    path("pool/", pool.pool, name="list"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((support_urls, "support"))),
    path("", include((contacts_urls, "contacts"))),
    path("", include((pool_urls, "pool"))),
]
