"""What single components write."""

from django import forms
from django.template.loader import render_to_string

from modules.kernel.money import Money


class ContactForm(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="For the receipt.")
    company = forms.CharField(required=False)
    speed = forms.ChoiceField(choices=[("a", "Home")], widget=forms.RadioSelect)


def field(form: forms.Form, name: str, **extra: object) -> str:
    return render_to_string("components/field.html", {"field": form[name], **extra})


def test_a_field_ties_label_hint_and_error_to_its_input() -> None:
    text = field(ContactForm({"email": "x"}), "email", autocomplete="email")
    assert '<label for="id_email">E-mail</label>' in text
    assert 'id="id_email_helptext"' in text
    assert 'id="id_email_error"' in text
    assert 'aria-describedby="id_email_helptext id_email_error"' in text
    assert 'aria-invalid="true"' in text
    assert 'autocomplete="email"' in text
    assert text.index("id_email_error") < text.index("<input")


def test_only_optional_fields_say_so() -> None:
    assert "(optional)" in field(ContactForm(), "company")
    assert "(optional)" not in field(ContactForm(), "email")


def test_a_choice_is_a_group_with_a_legend_that_an_error_link_can_reach() -> None:
    form = ContactForm({})
    assert '<fieldset class="field" data-group id="id_speed"' in field(form, "speed")
    assert 'href="#id_speed"' in render_to_string("components/error_summary.html", {"form": form})


def test_the_summary_links_each_error_in_the_words_of_its_field() -> None:
    form = ContactForm({"email": "x", "speed": "a"})
    text = render_to_string("components/error_summary.html", {"form": form})
    assert 'role="alert"' in text
    assert "autofocus" in text
    assert '<a href="#id_email">Enter a valid email address.</a>' in text


def test_a_valid_form_has_no_summary() -> None:
    form = ContactForm({"email": "a@example.com", "speed": "a"})
    assert render_to_string("components/error_summary.html", {"form": form}).strip() == ""


def test_a_reduced_price_says_in_words_which_is_which() -> None:
    context = {"amount": Money(3900, "EUR"), "was": Money(5200, "EUR")}
    text = render_to_string("components/price.html", context)
    assert "Now </span>€39.00" in text
    assert "Before </span>€52.00" in text


def test_an_empty_basket_shows_a_way_on_and_no_checkout() -> None:
    text = render_to_string("components/basket_lines.html", {"basket": None})
    assert "Your basket is empty" in text
    assert "/checkout/" not in text


def test_a_basket_change_updates_lines_count_and_says_so() -> None:
    basket = {"quantity": 0, "lines": []}
    text = render_to_string("components/basket_update.html", {"basket": basket, "toast": "Removed"})
    for target in ("#basket-lines", "#basket-count", "#toasts"):
        assert f'hx-target="{target}"' in text
    assert ">0</hx-partial>" in text


def test_more_is_loaded_by_a_link_that_works_alone() -> None:
    context = {"shown": 24, "total": 61, "next_url": "?page=2", "target": "#shelf"}
    text = render_to_string("components/load_more.html", context)
    assert 'href="?page=2"' in text
    assert "24 of 61" in text


def test_a_quantity_of_nothing_is_allowed_when_asked_for() -> None:
    text = render_to_string("components/quantity.html", {"value": 1, "minimum": 0})
    assert 'min="0"' in text
    assert "disabled" not in text
    assert 'min="1"' in render_to_string("components/quantity.html", {"value": 2})
