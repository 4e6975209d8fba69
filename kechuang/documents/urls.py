from django.urls import path

from kechuang.documents import pages

app_name = "documents"
urlpatterns = [path("<str:file_id>/", pages.download, name="download")]
