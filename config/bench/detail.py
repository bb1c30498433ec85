#!/usr/bin/env python3
"""One photo analysis served by Django REST framework: the peer of Tintype's GET detail.

`detail.py RECORD.json` creates the database named by DETAIL_DATABASE with that record, as Tintype
answers it, among 1,000 others; `gunicorn detail:application` serves it at /api/photo-analysis/ID/.
"""

import copy
import json
import os
import sys
import uuid

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="of no use outside the benchmark",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "rest_framework",
    ],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DETAIL_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
    LOGGING_CONFIG=None,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402


class Photo(models.Model):
    id = models.UUIDField(primary_key=True)
    suggestions = models.JSONField()
    ai_vision_model = models.CharField(max_length=100)
    token_usage = models.JSONField()
    caption_title = models.CharField(max_length=200)
    caption_category = models.CharField(max_length=200)
    caption_visible_text = models.TextField()
    caption_full = models.TextField()
    caption_generated_at = models.DateTimeField(null=True)
    caption_model = models.CharField(max_length=100)
    caption_token_usage = models.JSONField(null=True)
    caption_embedding_generated_at = models.DateTimeField(null=True)
    suggestions_embedding_generated_at = models.DateTimeField(null=True)
    image_url = models.CharField(max_length=300)
    expires_at = models.DateTimeField(null=True)
    is_expired = models.BooleanField()
    file_size = models.IntegerField()
    storage_type = models.CharField(max_length=10)
    times_used = models.IntegerField()
    username = models.CharField(max_length=150, null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    image_phash = models.CharField(max_length=16)
    file_hash = models.CharField(max_length=32)
    reused_from = models.CharField(max_length=36, null=True)
    selected_suggestion_code = models.CharField(max_length=100, null=True)
    selected_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "detail"


class PhotoSerializer(serializers.ModelSerializer):
    class Meta:
        model = Photo
        fields = "__all__"


class PhotoView(generics.RetrieveAPIView):
    queryset = Photo.objects.all()
    serializer_class = PhotoSerializer


urlpatterns = [path("api/photo-analysis/<uuid:pk>/", PhotoView.as_view())]
application = get_wsgi_application()


def create(record):
    with connection.schema_editor() as editor:
        editor.create_model(Photo)
    connection.cursor().execute("PRAGMA journal_mode = WAL")
    photos = [Photo(**record)]
    for _ in range(999):
        other = copy.copy(record)
        other["id"] = uuid.uuid4()
        photos.append(Photo(**other))
    Photo.objects.bulk_create(photos)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        create(json.load(file))
