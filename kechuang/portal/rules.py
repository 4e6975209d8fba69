"""How far two places are apart. Pure."""

from math import cos, hypot, radians

from kechuang.portal.states import METRES_PER_DEGREE, MICRO


def apart_metres(one: tuple[int, int], other: tuple[int, int]) -> int:
    """The distance of two points in metres (直线距离), each latitude and longitude in millionths of a degree.

    On a plane tangent to the earth at `one`: within a province off by less than one in a hundred.
    """
    north = other[0] - one[0]
    east = (other[1] - one[1]) * cos(radians(one[0] / MICRO))
    return round(hypot(north, east) * METRES_PER_DEGREE / MICRO)
