"""Releases as GraphQL shows them."""

from datetime import datetime

import strawberry

from hub.protected.releases import Release as ReleaseRow


@strawberry.type(description="One published setting of a protection method.")
class MethodSetting:
    """A setting."""

    name: str = strawberry.field(description="What is set: `base`, `threshold`, `reach` ...")
    setting: str = strawberry.field(description="What it is set to.")


@strawberry.type(description="A published release: never edited, only followed by the next one.")
class Release:
    """A release."""

    id: str = strawberry.field(description="Id, to pass as `release:` to every reading field.")
    sequence: int = strawberry.field(description="Its number among the releases of its audience.")
    audience: str = strawberry.field(description="Who it is made for: `partner` or `public`.")
    content_hash: str = strawberry.field(description="SHA-256 of its content.")
    policy_version: str = strawberry.field(description="The disclosure policy it was made under.")
    vocabulary_version: str = strawberry.field(description="The vocabulary it was made with.")
    note: str | None = strawberry.field(description="What the stewards wrote about it.")
    published_at: datetime = strawberry.field(description="When it was published, UTC.")
    method: str = strawberry.field(
        description="How small counts were kept back: `suppression`, `controlled_rounding` or "
        "`cell_key`."
    )
    method_settings: list[MethodSetting] = strawberry.field(
        description="The settings of the method, published so that its numbers can be read."
    )
    figures: int = strawberry.field(description="How many observations it holds, missing ones too.")

    @classmethod
    def of(cls, row: ReleaseRow) -> "Release":
        """Show a release."""
        return cls(
            id=row.id,
            sequence=row.sequence,
            audience=row.audience.value,
            content_hash=row.content_hash,
            policy_version=row.policy_version,
            vocabulary_version=row.vocabulary_version,
            note=row.note,
            method=row.protection.get("method", "suppression"),
            method_settings=[
                MethodSetting(name=name, setting=setting)
                for name, setting in sorted(row.protection.items())
                if name != "method"
            ],
            published_at=row.published_at,
            figures=row.cells,
        )
