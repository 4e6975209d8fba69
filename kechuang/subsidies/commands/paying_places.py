"""Which office pays what (支付机关): a county its own part, the city's or the province's own level the whole of it."""

from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import city_of, own_level, region, region_name
from kechuang.parties.states import Level
from kechuang.subsidies import rules


def province_of(payer_place: str) -> str:
    """The province whose own level (省本级) the office is; raises NotPayersPlace."""
    above = own_level(payer_place)
    if not above or region(above).level != Level.PROVINCE:
        raise rules.NotPayersPlace(payer=_("省本级"), region=region_name(payer_place))
    return above


def scope_of(payer_place: str, payer: rules.Payer) -> str:
    """Where redemptions count: the whole city, of which a county pays its own part. Raises NotPayersPlace."""
    if payer is rules.Payer.COUNTY:
        fits = region(payer_place).level == Level.COUNTY
    else:
        fits = own_level(payer_place) == city_of(payer_place) and region(city_of(payer_place)).level == Level.CITY
    if not fits:
        names = {rules.Payer.COUNTY: _("区、县（市）"), rules.Payer.CITY: _("市本级")}
        raise rules.NotPayersPlace(payer=names[payer], region=region_name(payer_place))
    return city_of(payer_place)


def pays_for(payer_place: str, scope: str) -> str:
    """The place whose redemptions the office pays: the county's own, else the whole scope."""
    return payer_place if region(payer_place).level == Level.COUNTY else scope
