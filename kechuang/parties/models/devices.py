from django.db import models

from kechuang.kernel.ids import new_id
from kechuang.parties.models.people import Party, Person


def device_id() -> str:
    return new_id("dev")


class Device(models.Model):
    """登录设备：from which browser a person came in for a party. The mark that the browser keeps is random; here is its keyed
    digest only. Rows of people carry no events.
    """

    id = models.CharField(primary_key=True, max_length=32, default=device_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    first_on = models.DateField()
    last_on = models.DateField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "person", "digest"], name="device_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.party_id}"
