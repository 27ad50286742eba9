import pytest

from counter_app.ui.icons import icon_names, pixmap
from counter_app.ui.theme import apply_theme, spacing, step_scale, theme
from counter_app.ui.tokens import STATUS_ROLES, contrast, load_tokens

SURFACES = ("window", "surface", "sunken", "hover", "selection")


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("role", STATUS_ROLES)
def test_status_colours_can_be_read_on_everything_they_stand_on(name, role):
    tokens = load_tokens(name)
    front, soft = tokens.status(role)
    assert contrast(front, soft) >= 4.5
    for surface in SURFACES:
        assert contrast(front, getattr(tokens, surface)) >= 4.5, surface


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_and_borders_can_be_seen(name):
    tokens = load_tokens(name)
    for surface in SURFACES:
        assert contrast(tokens.text, getattr(tokens, surface)) >= 7
        assert contrast(tokens.text_muted, getattr(tokens, surface)) >= 4.5
    for role in STATUS_ROLES:  # the sentence of a banner or scan panel is ordinary text on a soft colour
        assert contrast(tokens.text, tokens.status(role)[1]) >= 7
        assert contrast(tokens.text_muted, tokens.status(role)[1]) >= 4.5
    for shade in (tokens.accent, tokens.accent_hover, tokens.accent_pressed):
        assert contrast(tokens.on_accent, shade) >= 4.5
    assert contrast(tokens.border_strong, tokens.surface) >= 3  # edges of fields (WCAG 1.4.11)
    assert contrast(tokens.focus, tokens.surface) >= 3


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_sizes_follow_the_font(app):
    small = apply_theme(app, "light", 1.0)
    big = apply_theme(app, "light", 1.5)
    assert big.em > 1.4 * small.em
    assert big.row_height > small.row_height
    apply_theme(app, "light", 1.0, "compact")
    assert theme().row_height < small.row_height
    assert spacing(4) < round(small.unit * 4)


def test_font_steps_end_where_they_should():
    assert step_scale(1.0, 1) == 1.1
    assert step_scale(2.0, 1) == 2.0
    assert step_scale(0.8, -1) == 0.8
    assert step_scale(1.75, 0) == 1.0


def test_icons_take_the_colour_of_the_theme(app):
    def ink():
        image = pixmap("check", "text", 16).toImage()
        points = [image.pixelColor(x, y) for x in range(16) for y in range(16)]
        return max(points, key=lambda c: c.alpha()).lightness()

    light = ink()
    apply_theme(app, "dark")
    assert light < 80 < 180 < ink()
    assert len(icon_names()) >= 60
    with pytest.raises(KeyError):
        pixmap("no-such-icon")
