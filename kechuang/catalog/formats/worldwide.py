"""Instruments for the world: Uniquip (equipment.data.ac.uk, Jisc), PIDINST 1.0 (RDA) and DataCite 4.5 metadata.

Field names are those of the published schemas: the Jisc data model that followed Uniquip, pidinst-schema-1_0 of the RDA working
group, and DataCite's own mapping of PIDINST. What a schema asks for and we do not know is left out, never made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

UNIQUIP = (
    "type", "institutionID", "doi", "name", "description", "manufacturer", "manufacturerID", "model", "modelID",
    "commissionedDate", "decommissionedDate", "measuredVariables", "subject", "infraportalDiscipline", "contactName",
    "contactID", "contactEmail", "managingDepartment",
)  # fmt: skip
_UNKNOWN_MAKER = ":unkn"  # DataCite's own word for an unknown mandatory value
SCHEME = "NRII"


@dataclass(frozen=True, slots=True)
class Known:
    """What an instrument's sheet does not say of itself: where it is shown, whose it is, what its class is called."""

    identifier: str
    landing_page: str
    owner: str
    owner_code: str
    department: str
    class_name: str
    facility: bool
    published_year: int


def uniquip(values: Mapping[str, object], known: Known) -> list[str]:
    """One row, in the order of UNIQUIP. Several values of one field are separated by semicolons."""
    row = dict.fromkeys(UNIQUIP, "")
    row |= {
        "type": "facility" if known.facility else "equipment",
        "institutionID": str(values["number"]),
        "name": _name(values),
        "description": _description(values),
        "manufacturer": str(values["maker"]),
        "model": str(values["model"]),
        "commissionedDate": _iso(values["started_on"] or values["booked_on"]),
        "decommissionedDate": _iso(values["retired_on"]),
        "subject": "; ".join(_subjects(values)),
        "contactName": str(values["contact"]),
        "contactEmail": str(values["email"]),
        "managingDepartment": known.department,
    }
    return [row[name] for name in UNIQUIP]


def pidinst(values: Mapping[str, object], known: Known) -> dict[str, object]:
    """A record of PIDINST 1.0 (JSON serialisation)."""
    code = known.owner_code
    owner: dict[str, object] = {"ownerName": known.owner}
    if values["email"]:
        owner["ownerContact"] = values["email"]
    if code:
        owner["ownerIdentifier"] = {"ownerIdentifier": code, "ownerIdentifierType": "USCC"}
    record: dict[str, object] = {
        "identifier": {"identifier": known.identifier, "identifierType": "URL"},
        "schemaVersion": "1.0",
        "landingPage": known.landing_page,
        "name": _name(values),
        "owners": [owner],
        "manufacturers": [{"manufacturerName": values["maker"] or _UNKNOWN_MAKER}],
        "alternateIdentifiers": [_alternate(values["number"], "InventoryNumber", "仪器编号")],
    }
    if values["gs1_code"]:
        others = record["alternateIdentifiers"]
        assert isinstance(others, list)
        others.append(_alternate(values["gs1_code"], "Other", "GS1"))
    if values["model"]:
        record["model"] = {"modelName": values["model"]}
    if description := _description(values):
        record["description"] = description
    if known.class_name:
        kind = {"instrumentTypeIdentifier": values["class_code"], "instrumentTypeIdentifierType": SCHEME}
        record["instrumentTypes"] = [{"instrumentTypeName": known.class_name, "instrumentTypeIdentifier": kind}]
    if dates := _dates(values):
        record["dates"] = [{"date": day, "dateType": kind} for day, kind in dates]
    return record


def datacite(values: Mapping[str, object], known: Known) -> dict[str, object]:
    """The same as DataCite 4.5 metadata, by DataCite's own mapping of PIDINST; the DOI is given by whoever registers it."""
    record: dict[str, object] = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "url": known.landing_page,
        "types": {"resourceType": known.class_name or "Instrument", "resourceTypeGeneral": "Instrument"},
        "creators": [{"name": values["maker"] or _UNKNOWN_MAKER, "nameType": "Organizational"}],
        "titles": _titles(values),
        "publisher": {"name": known.owner},
        "publicationYear": known.published_year,
        "contributors": [
            {"name": known.owner, "nameType": "Organizational", "contributorType": "HostingInstitution"},
        ],
        "subjects": [{"subject": subject} for subject in _subjects(values)],
        "alternateIdentifiers": [
            {"alternateIdentifier": values["number"], "alternateIdentifierType": "InventoryNumber"},
        ],
        "descriptions": _descriptions(values, known),
        "dates": [
            {"date": day, "dateType": "Other", "dateInformation": _DATACITE_DATES[kind]} for day, kind in _dates(values)
        ],
    }
    if known.class_name:
        subject = {"subject": known.class_name, "subjectScheme": SCHEME, "classificationCode": values["class_code"]}
        subjects = record["subjects"]
        assert isinstance(subjects, list)
        subjects.append(subject)
    return record


_DATACITE_DATES = {"Commissioned": "Commissioned", "DeCommissioned": "Decommissioned"}


def _name(values: Mapping[str, object]) -> str:
    english = str(values["english_name"])
    return f"{values['name']} ({english})" if english else str(values["name"])


def _titles(values: Mapping[str, object]) -> list[dict[str, object]]:
    titles: list[dict[str, object]] = [{"title": values["name"], "lang": "zh"}]
    if values["english_name"]:
        titles.append({"title": values["english_name"], "titleType": "TranslatedTitle", "lang": "en"})
    return titles


def _description(values: Mapping[str, object]) -> str:
    return "\n".join(str(values[name]) for name in ("functions", "indicators") if values[name])


def _descriptions(values: Mapping[str, object], known: Known) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if description := _description(values):
        found.append({"description": description, "descriptionType": "Abstract"})
    if values["model"]:
        found.append({"description": f"Model: {values['model']}", "descriptionType": "TechnicalInfo"})
    return found


def _subjects(values: Mapping[str, object]) -> list[str]:
    subjects = values["subjects"]
    return [str(subject) for subject in subjects] if isinstance(subjects, list) else []


def _alternate(value: object, kind: str, name: str) -> dict[str, object]:
    return {"alternateIdentifier": value, "alternateIdentifierType": kind, "alternateIdentifierName": name}


def _dates(values: Mapping[str, object]) -> list[tuple[str, str]]:
    days = ((values["started_on"] or values["booked_on"], "Commissioned"), (values["retired_on"], "DeCommissioned"))
    return [(_iso(day), kind) for day, kind in days if day]


def _iso(day: object) -> str:
    return day.isoformat() if isinstance(day, date) else ""
