"""{% load prices %}: steps and minimum charge in words."""

from django import template

from kechuang.catalog.queries import steps_said

register = template.Library()
register.filter("steps_said", steps_said)
