from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from kechuang.kernel.ids import new_id
from kechuang.parties.states import AccountState, Capacity, Kind, Level, PartyState

CODE_LENGTH = 12


def person_id() -> str:
    return new_id("psn")


def party_id() -> str:
    return new_id("pty")


def unit_id() -> str:
    return new_id("unt")


def membership_id() -> str:
    return new_id("mbr")


def office_id() -> str:
    return new_id("off")


def substitution_id() -> str:
    return new_id("sub")


def change_id() -> str:
    return new_id("chg")


def account_id() -> str:
    return new_id("bnk")


class Region(models.Model):
    """行政区划或功能区: one code of GB/T 2260 (padded to six digits) or of a zone outside it, for as long as it held."""

    code = models.CharField(primary_key=True, max_length=CODE_LENGTH)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=12)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    pinyin = models.CharField(max_length=200)
    valid_from = models.DateField(null=True)  # null: longer than we know
    valid_until = models.DateField(null=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=200)
    as_of_on = models.DateField(null=True)  # 截至: the day the source describes

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__in=list(Level)), name="region_level"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="region_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class RegionChange(models.Model):
    """区划变更: one dated change that the national list does not tell (renamed, moved, merged)."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=change_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    name_before = models.CharField(max_length=60)
    parent_before = models.CharField(max_length=CODE_LENGTH, blank=True)
    source = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.on} {self.name_before}"


class Person(AbstractBaseUser):
    """自然人: who signs in. Rows carry a password and are never the object of an event; memberships and offices are."""

    last_login = None

    id = models.CharField(primary_key=True, max_length=32, default=person_id, editable=False)
    sign_in = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=24, blank=True)
    email = models.EmailField(blank=True)
    identity_digest = models.CharField(max_length=64, blank=True)  # of the identity number; the number is not kept
    is_active = models.BooleanField(default=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    USERNAME_FIELD = "sign_in"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = BaseUserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity_digest"],
                condition=~Q(identity_digest="") & Q(merged_into__isnull=True),
                name="person_identity_once",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_active=False), name="person_merged_is_inactive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PersonMerge(models.Model):
    """人员合并: two records of one person became one; the events of the older keep its id."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=change_id, editable=False)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=CODE_LENGTH, db_index=True)
    on = models.DateField()
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(kept=F("merged")), name="person_merge_of_two")]

    def __str__(self) -> str:
        return f"{self.merged_id} -> {self.kept_id}"


class Party(models.Model):
    """主体: an organisation keyed by its 统一社会信用代码, a maker or a team of makers (创业者、创业团队)."""

    PERSONAL: ClassVar = ("name", "pinyin", "address", "invoice_title")  # of makers, who are natural persons

    id = models.CharField(primary_key=True, max_length=32, default=party_id, editable=False)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=600, db_index=True)
    credit_code = models.CharField(max_length=18, blank=True)
    region = models.CharField(max_length=CODE_LENGTH, db_index=True)
    address = models.CharField(max_length=200, blank=True)
    legal_representative = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    invoice_title = models.JSONField(default=dict)  # 开票信息: bank, account, address, phone as printed on invoices
    registered_on = models.DateField()
    state = models.CharField(max_length=24, default=PartyState.ACTIVE)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code="") & ~Q(state=PartyState.MERGED),
                name="party_credit_code_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="party_kind"),
            models.CheckConstraint(condition=Q(state__in=list(PartyState)), name="party_state"),
            models.CheckConstraint(
                condition=Q(kind=Kind.ORGANISATION, credit_code__regex="^[0-9A-Z]{18}$")
                | (~Q(kind=Kind.ORGANISATION) & Q(credit_code="")),
                name="party_code_of_organisations",
            ),
            models.CheckConstraint(
                condition=Q(state=PartyState.MERGED, merged_into__isnull=False)
                | (~Q(state=PartyState.MERGED) & Q(merged_into__isnull=True)),
                name="party_merged_into",
            ),
            models.CheckConstraint(
                condition=Q(state=PartyState.ACTIVE) | Q(ended_on__isnull=False), name="party_ended_on"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """二级单位（如二级学院）: a part of a party without a code of its own."""

    id = models.CharField(primary_key=True, max_length=32, default=unit_id, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=400)
    region = models.CharField(max_length=CODE_LENGTH, db_index=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "name"], condition=Q(ended_on__isnull=True), name="unit_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """成员关系: one person acts for one party, or for one of its units, in one capacity, for a period."""

    id = models.CharField(primary_key=True, max_length=32, default=membership_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    capacity = models.CharField(max_length=24)
    region = models.CharField(max_length=CODE_LENGTH, db_index=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    authorisation_file = models.CharField(max_length=32, blank=True)  # 授权书

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "party", "unit", "capacity"],
                condition=Q(valid_until__isnull=True),
                nulls_distinct=False,
                name="membership_open_once",
            ),
            models.CheckConstraint(condition=Q(capacity__in=list(Capacity)), name="membership_capacity"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="membership_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.capacity} {self.party_id}"


class Office(models.Model):
    """岗位: a role of an authority held by a person over a region for a period."""

    id = models.CharField(primary_key=True, max_length=32, default=office_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    region = models.CharField(max_length=CODE_LENGTH, db_index=True)
    department = models.CharField(max_length=60, blank=True)
    document = models.CharField(max_length=120, blank=True)  # 任命文号; "" of those who came with the installation
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "region", "department"],
                condition=Q(valid_until__isnull=True),
                name="office_open_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="office_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.region}"


class Substitution(models.Model):
    """代理: an absent officer's post is exercised by another person for a period; acts show both names."""

    id = models.CharField(primary_key=True, max_length=32, default=substitution_id, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    absent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    substitute = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    region = models.CharField(max_length=CODE_LENGTH, db_index=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    reason = models.CharField(max_length=200)
    ended = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(absent=F("substitute")), name="substitution_by_another"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="substitution_period"),
        ]

    def __str__(self) -> str:
        return f"{self.substitute_id} -> {self.absent_id}"


class PartyChange(models.Model):
    """变更记录: what a party was called, coded, seated or represented by before, and since when it is no more."""

    APPEND_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=change_id, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=24)  # name, credit_code, legal_representative, region, merged, struck_off
    before = models.CharField(max_length=200)
    after = models.CharField(max_length=200)
    on = models.DateField()
    proof_file = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [models.Index(fields=["party", "on"], name="change_of_party")]

    def __str__(self) -> str:
        return f"{self.what}: {self.before} -> {self.after}"


class BankAccount(models.Model):
    """收款账户: where a payee is paid. Proposed by one person, confirmed by another, used after the cool-off (T18).

    The number is kept sealed (`sealed`), shown masked and compared by its keyed digest.
    """

    PERSONAL: ClassVar = ("holder_name", "sealed", "masked")

    id = models.CharField(primary_key=True, max_length=32, default=account_id, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    region = models.CharField(max_length=CODE_LENGTH, db_index=True)
    holder_name = models.CharField(max_length=200)
    bank_name = models.CharField(max_length=120)
    bank_code = models.CharField(max_length=12, blank=True)  # 联行号
    sealed = models.TextField()
    masked = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, db_index=True)
    proof_file = models.CharField(max_length=32)
    state = models.CharField(max_length=24, default=AccountState.PROPOSED)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True)
    usable_from = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    refused_reason = models.CharField(max_length=200, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    old_contact = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(AccountState)), name="account_state"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")), name="account_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state=AccountState.CONFIRMED)
                | Q(confirmed_by__isnull=False, confirmed_on__isnull=False, usable_from__isnull=False),
                name="account_confirmed_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state=AccountState.RETIRED) | Q(ended_on__isnull=False), name="account_ended_on"
            ),
            models.UniqueConstraint(
                fields=["party", "unit"],
                condition=Q(state=AccountState.PROPOSED),
                nulls_distinct=False,
                name="account_one_proposal",
            ),
        ]

    def __str__(self) -> str:
        return self.masked
