"""The WSGI application that gunicorn serves."""

import os

# Before the settings are read: only the web keeps a pool of connections.
os.environ.setdefault("DATABASE_POOL", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peersupport.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
