"""A small catalogue, the shipped synonyms, an editor and a searching person."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.parties import commands as parties
from kechuang.parties import queries as people
from kechuang.search import commands
from kechuang.search.rules import Book, Document, Synonym
from kechuang.search.states import PROVINCE, SynonymKind
from kechuang.ui import clock

NOW = datetime(2025, 3, 10, 2, tzinfo=UTC)
TYPE, BRAND, NEED = SynonymKind.TYPE, SynonymKind.BRAND, SynonymKind.NEED


def document(subject_id: str, title: str, model: str = "", maker: str = "", **more: object) -> Document:
    return Document(subject_id, str(more.pop("kind", "instrument")), title, model=model, maker=maker, **more)  # type: ignore[arg-type]


CATALOGUE = (
    document("sem1", "扫描电子显微镜", "SU3500", "日立 Hitachi", region="330602", class_code="020101", bookable=True),
    document(
        "sem2", "场发射扫描电镜", "S-4800", "日立 Hitachi", region="330106", class_code="020101", price_fen=30_000
    ),
    document("sem3", "扫描电镜样品台", "PT-1", "科瑞", region="330602", class_code="030101"),
    document("tem1", "透射电子显微镜", "JEM-2100F", "日本电子 JEOL", region="330602", open_modes=("slot", "sample")),
    document("gc1", "气相色谱仪", "7890B", "安捷伦 Agilent", region="330602", price_fen=20_000),
    document("gcms1", "气相色谱-质谱联用仪", "7890B-5977A", "安捷伦 Agilent", region="330602"),
    document("ftir1", "傅里叶变换红外光谱仪", "Nicolet iS50", "赛默飞 Thermo Fisher", english="FTIR Spectrometer"),
    document("coat1", "X射线荧光镀层测厚仪", "XDL 230", "菲希尔 FISCHER", words={"C": ["镀层厚度", "GB/T 16921"]}),
    document("cam1", "红外热像仪", "T1040", "菲力尔 FLIR"),
    document(
        "raman1", "激光拉曼光谱仪", "inVia Reflex", "雷尼绍 Renishaw", latitude_e6=30_000_000, longitude_e6=120_600_000
    ),
    document("mill1", "行星式球磨机", "QM-3SP4", "南大", kind="service"),
    document("odd1", "织物感应静电仪", "YG-401", "大荣"),
)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def shelf(db: None) -> None:
    """The catalogue can be searched, with the shipped synonyms."""
    commands.load_shipped(now=NOW)
    commands.put(CATALOGUE, now=NOW)


@pytest.fixture
def person(db: None) -> Callable[..., Actor]:
    """Somebody, with the offices that are named."""

    def made(*roles: Role, sign_in: str = "someone", region: str = PROVINCE) -> Actor:
        someone = parties.register_person(CLOCK, name="张三", sign_in=sign_in, now=NOW)
        for role in roles:
            parties.appoint(CLOCK, person_id=someone.id, role=role, region=region, now=NOW)
        return people.actor_for(someone.id, on=clock.day(NOW))

    return made


def small_book() -> Book:
    return Book(
        [
            Synonym("sem", TYPE, "扫描电子显微镜", "Scanning Electron Microscope", ("SEM", "扫描电镜", "电镜")),
            Synonym(
                "fesem", TYPE, "场发射扫描电子显微镜", "Field Emission SEM", ("FESEM", "FE-SEM", "SEM", "扫描电镜")
            ),
            Synonym("tem", TYPE, "透射电子显微镜", "Transmission Electron Microscope", ("TEM", "透射电镜", "电镜")),
            Synonym("raman", TYPE, "激光拉曼光谱仪", "Raman Spectrometer", ("拉曼光谱", "Raman")),
            Synonym("gcms", TYPE, "气相色谱质谱联用仪", "GC Mass Spectrometer", ("GC-MS", "气质联用")),
            Synonym("hplc", TYPE, "高效液相色谱仪", "High Performance Liquid Chromatograph", ("HPLC",)),
            Synonym("uplc", TYPE, "超高效液相色谱仪", "Ultra Performance Liquid Chromatograph", ("UPLC",)),
            Synonym("coat", TYPE, "镀层测厚仪", "Coating Thickness Gauge", ("膜厚仪",)),
            Synonym("hitachi", BRAND, "日立", "", ("Hitachi",)),
            Synonym("agilent", BRAND, "安捷伦", "", ("Agilent",)),
            Synonym("thickness", NEED, "镀层厚度", "", ("镀层有多厚",), ("coat", "sem")),
        ]
    )
