"""Instruments taken over before they had a table of their own: their columns stood in the offer's sheet."""

from django.db import migrations

FUNDS = {"中央财政资金": "central", "地方财政资金": "local", "单位自有资金": "own", "其他资金": "other"}
SOURCES = {"购置": "purchase", "研制": "development", "赠送": "donation", "其他": "other"}
CATEGORIES = {"通用": "general", "专用": "special"}
AS_THEY_ARE = (
    "own_number", "english_name", "department", "country", "maker", "model", "indicators", "functions", "services", "notice",
    "charges", "booking_url", "province", "city", "county", "street", "contact", "phone", "email", "postcode",
    "declaration_number", "declaration_item", "declared_name",
)  # fmt: skip
OR_NOTHING = ("original_value_fen", "booked_on", "released_on", "yearly_hours_hundredths", "external_hours_hundredths")
NAMED_OTHERWISE = {
    "resource_kind": "carrier_kind",
    "resource": "carrier",
    "picture_name": "picture",
    "mail_address": "address",
}


def forwards(apps, schema_editor):
    Offer, Instrument = apps.get_model("catalog", "Offer"), apps.get_model("catalog", "Instrument")
    using = schema_editor.connection.alias
    rows = Offer.objects.using(using).filter(kind="instrument").order_by("id")
    Instrument.objects.using(using).bulk_create((_row(Instrument, offer) for offer in rows.iterator()), batch_size=500)


def _row(Instrument, offer):
    sheet = offer.sheet
    given = {name: sheet.get(name) or "" for name in AS_THEY_ARE}
    given |= {name: sheet.get(old) or "" for name, old in NAMED_OTHERWISE.items()}
    given |= {name: sheet.get(name) for name in OR_NOTHING}
    return Instrument(
        offer_id=offer.pk,
        class_version="nrii-15" if offer.class_code else "",
        source=SOURCES.get(sheet.get("source"), "other"),
        category=CATEGORIES.get(sheet.get("category"), ""),
        under_customs=bool(sheet.get("under_customs")),
        subjects=sheet.get("subjects") or [],
        funds=[FUNDS[fund] for fund in sheet.get("funds") or [] if fund in FUNDS],
        **given,
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_instruments")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
