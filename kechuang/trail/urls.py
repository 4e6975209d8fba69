from django.urls import path

from kechuang.trail import pages

app_name = "trail"
urlpatterns = [
    path("", pages.log, name="log"),
    path("proofs", pages.proofs, name="proofs"),
    path("policy.txt", pages.policy, name="policy"),
    path("receipts/<str:token>", pages.receipt, name="receipt"),
    path("receipts/<str:token>/json", pages.receipt_file, name="receipt_file"),
]
