from django import template

from accounts.pages.places import tabs_of

register = template.Library()

register.simple_tag(tabs_of)
