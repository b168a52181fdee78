"""The access log in words (accounts.access_log.words)."""

from django import template

from accounts.access_log import words

register = template.Library()

register.filter("role_word", words.role_word)
