"""Accounts, address books and keys. A user signs in by e-mail; roles are Django groups."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from modules.customers import contracts
from modules.kernel.address import Address
from modules.kernel.identity import new_id


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in: a customer, a member of staff or an auditor."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email

    def as_customer(self) -> contracts.Customer:
        return contracts.Customer(
            id=self.id, email=self.email, name=self.name, joined_at=self.date_joined
        )


class SavedAddress(models.Model):
    """An entry of a customer's address book; one at most is the default."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=120)
    line1 = models.CharField(max_length=120)
    line2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80)
    postcode = models.CharField(max_length=12, blank=True)
    region = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=30, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="address_one_default"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line1}, {self.city}"

    def as_contract(self) -> contracts.SavedAddress:
        address = Address(
            name=self.name,
            line1=self.line1,
            line2=self.line2,
            city=self.city,
            postcode=self.postcode,
            region=self.region,
            country=self.country,
            phone=self.phone,
        )
        return contracts.SavedAddress(id=self.id, address=address, is_default=self.is_default)


class ApiKey(models.Model):
    """A machine's key. Of the secret only the SHA-256 is kept: it has 256 random bits, so that
    nobody finds it by trying, and a slow hash would only slow every request down."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=32))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def as_contract(self) -> contracts.ApiKey:
        return contracts.ApiKey(
            id=self.id,
            name=self.name,
            scopes=tuple(self.scopes),
            expires_at=self.expires_at,
            revoked_at=self.revoked_at,
            prefix=self.prefix,
        )
