"""Somebody's own website: Django with django-indieweb, which answers who they are.

    python site.py <directory> <host name> <password> <name>...

The directory has `cert.pem` and `key.pem`, and gets a database. Each name is a user, with a page at `/people/<name>/`.
It says `https://127.0.0.1:<port>` when it takes requests.
"""

import socket
import sys
from pathlib import Path

import django
import uvicorn
from django.conf import settings

HOME, HOST, PASSWORD, *PEOPLE = sys.argv[1:]

LOGIN = "<form method=post>{% csrf_token %}{{ form }}<button>Log in</button></form>"
# As the documentation of django-indieweb has it for a page of one's own.
PERSON = """<!doctype html><html><head><title>{{ who }}</title>
<link rel="indieauth-metadata" href="{% url 'indieweb:auth-metadata' %}">
<link rel="authorization_endpoint" href="{% url 'indieweb:auth' %}">
<link rel="token_endpoint" href="{% url 'indieweb:token' %}">
</head><body><h1>{{ who }}</h1></body></html>"""

settings.configure(
    ALLOWED_HOSTS=[HOST],
    SECRET_KEY="only for tests",
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(HOME, "site.db")}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.sites",
        "indieweb",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {"registration/login.html": LOGIN, "person.html": PERSON},
                    ),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    SITE_ID=1,
    STATIC_URL="/static/",
    # Its users speak for their own pages alone, and clients must use PKCE.
    INDIEWEB_BIND_ME_TO_USER=True,
    INDIEWEB_REQUIRE_PKCE_S256=True,
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import include, path  # noqa: E402
from indieweb.models import Profile  # noqa: E402


def person(request, who):
    return render(request, "person.html", {"who": who})


urlpatterns = [
    path("people/<str:who>/", person),
    path("accounts/login/", LoginView.as_view()),
    path("indieweb/", include("indieweb.urls")),
]

call_command("migrate", verbosity=0)
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
for name in PEOPLE:
    user = User.objects.create_user(name, password=PASSWORD)
    Profile.objects.create(user=user, url=f"https://{HOST}:{port}/people/{name}/")
config = uvicorn.Config(
    get_asgi_application(),
    lifespan="off",
    log_level="warning",
    ssl_certfile=Path(HOME, "cert.pem"),
    ssl_keyfile=Path(HOME, "key.pem"),
)
print(f"https://127.0.0.1:{port}", file=sys.stderr, flush=True)
uvicorn.Server(config).run(sockets=[listener])
