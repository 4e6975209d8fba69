"""Django's own commands (makemigrations, migrate, shell). The platform's commands are `kechuang`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kechuang.site.settings")
    from django.conf import settings

    from kechuang.site import database

    database.up(settings.DATA)
    execute_from_command_line(sys.argv)
