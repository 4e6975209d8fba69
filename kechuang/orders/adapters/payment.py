"""支付渠道：what vouches for a payment of the own share. Real channels are connected per installation."""

from typing import Protocol


class Channel(Protocol):
    name: str

    def confirms(self, *, reference: str, fen: int) -> bool:
        """Whether the channel knows a payment of exactly this amount under this reference."""
        ...


class StandInChannel:
    """演示支付渠道（替身）：confirms any reference of its own form; no money moves."""

    name = "演示支付渠道（替身）"
    prefix = "DEMO-"

    def confirms(self, *, reference: str, fen: int) -> bool:
        return reference.startswith(self.prefix) and fen > 0


_channel: Channel = StandInChannel()


def channel() -> Channel:
    return _channel


def use(other: Channel) -> None:
    """Connects a real channel; done once at process start."""
    global _channel
    _channel = other
