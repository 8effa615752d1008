"""Draw small trees for the terminal."""

from kg.render.tree import direct_children, draw_tree


def test_a_tree_names_each_item_once() -> None:
    children = direct_children({"c": [], "b": ["c"], "a": ["b", "c", "d"], "d": []})
    assert children["a"] == ["b", "d"]
    rows = draw_tree("a", children)
    assert [row.branches + row.id for row in rows] == ["a", "├─ b", "│  └─ c", "└─ d"]


def test_a_tree_counts_the_items_that_it_leaves_out() -> None:
    rows = draw_tree("root", {"root": [str(number) for number in range(30)]}, most=5)
    assert len(rows) == 5 and rows[0].hidden == 26


def test_a_tree_ends_where_items_lead_back() -> None:
    assert [row.id for row in draw_tree("x", {"x": ["y"], "y": ["x"]})] == ["x", "y"]
