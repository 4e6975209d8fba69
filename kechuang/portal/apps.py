from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "kechuang.portal"
    label = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        """The frame stands below the room that keeps the State Council's calendar, so it is told where that is."""
        from kechuang.deadlines import queries
        from kechuang.ui import days

        days.read_calendar_from(queries.calendar)
