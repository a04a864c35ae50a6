from __future__ import annotations

from sidebyside.drawing import drawn, new_figure


def test_a_figure_placed_by_hand_is_drawn_without_a_warning() -> None:
    figure = new_figure(4, 2)
    figure.add_axes((0, 0, 1, 1)).text(0.1, 0.5, "placed")
    assert "placed" in drawn(figure, "A word.")._repr_html_()


def test_a_figure_says_in_words_what_there_is_to_see() -> None:
    figure = new_figure(4, 2)
    figure.add_subplot().plot([1, 2])
    assert "It rises." in drawn(figure, "It rises.", "1, 2")._repr_html_()
    assert repr(drawn(figure, "It rises.", "1, 2")) == "Figure: It rises.\n\n1, 2"
