from django import template

register = template.Library()

# In this order: a browser also names those it descends from.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@register.simple_tag
def device(user_agent: str) -> str:
    """What somebody would call the browser behind a User-Agent header: "Firefox · Windows"."""
    known = [next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, known)) or user_agent[:60] or "?"
