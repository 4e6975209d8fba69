"""How django-allauth signs people in here: no sign-up, and a lock that shuts out only who guesses (threat T22)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import truncate_ip
from django.http import HttpRequest


class SignIn(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from 浙江政务网 or from whoever installs, never from a form."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong tries are counted per account and address together.

        By account alone, anybody could lock anybody out; by address alone, one person everybody behind a proxy. The
        host name plays no part: the same server answers to several.
        """
        address = truncate_ip(self.get_client_ip(request))
        return f"{str(credentials.get('username', '')).casefold()}@{address}"
