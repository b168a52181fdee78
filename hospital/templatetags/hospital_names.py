"""What the hospital calls its committee and team (hospital.names), for templates.

{% the_committee as committee %}{% blocktranslate %}Ask {{ committee }}.{% endblocktranslate %}
"""

from django import template

from hospital.names import ANALYSIS_TEAM, COMMITTEE, as_heading, in_sentence

register = template.Library()


@register.simple_tag
def committee() -> str:
    """As a heading."""
    return as_heading(COMMITTEE)


@register.simple_tag
def the_committee() -> str:
    """In a sentence."""
    return in_sentence(COMMITTEE)


@register.simple_tag
def analysis_team() -> str:
    """As a heading."""
    return as_heading(ANALYSIS_TEAM)


@register.simple_tag
def the_analysis_team() -> str:
    """In a sentence."""
    return in_sentence(ANALYSIS_TEAM)
