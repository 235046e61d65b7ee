"""The one NinjaAPI; each module's router is mounted here."""

from ninja import NinjaAPI

api = NinjaAPI(title="Counterfoil", version="1.0.0", docs_url="docs")
