from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    name = "modules.invoicing"
    label = "invoicing"
    default_auto_field = "django.db.models.BigAutoField"
