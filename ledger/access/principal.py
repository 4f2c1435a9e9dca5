"""Who is speaking: a role held at an agency, as a key or an identity provider vouches for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

BUSINESS_UNIT = "BU"
"""The code under which the partnership's business unit holds its roles."""
BUSINESS_UNIT_SOURCE = "/business-unit"
AGENCIES = "/agencies/"


class Role(StrEnum):
    """What somebody is to the partnership (reference.md, ROLE-*). Every right hangs on it."""

    PARTNER_SUBMITTER = "partner-submitter"
    PARTNER_READER = "partner-reader"
    BUSINESS_UNIT = "business-unit"
    QA_OFFICER = "quality-assurance-officer"
    CHAIR = "chair"
    DELEGATED_PARTNER = "delegated-partner"
    LEAD_PARTNER = "lead-partner"
    SCRUTINEER = "scrutineer"
    REPORT_BUILDER = "report-builder"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    WITNESS = "witness"

    @property
    def title(self) -> str:  # type: ignore[override]  # a role is spoken of by its title, and nobody asks for str.title
        return self.value.replace("-", " ")


OF_THE_BUSINESS_UNIT = frozenset({Role.BUSINESS_UNIT, Role.QA_OFFICER, Role.REPORT_BUILDER, Role.ADMINISTRATOR})
"""Roles that are held at the business unit, and so speak from its source."""


@dataclass(frozen=True)
class Principal:
    """One speaker. `subject` says how they are known (`key:1a2b3c4d`, `oidc:…`) and stands in no entry."""

    role: Role
    agency: str
    subject: str

    @property
    def recordedby(self) -> str:
        """`role@agency`: what an entry says of whoever recorded it."""
        return f"{self.role.value}@{self.agency}"

    @property
    def source(self) -> str:
        """The one CloudEvents source from which they may post."""
        return BUSINESS_UNIT_SOURCE if self.role in OF_THE_BUSINESS_UNIT else f"{AGENCIES}{self.agency}"
