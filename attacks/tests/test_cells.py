from attacks import cells


def test_what_tables_have_in_common_narrows_their_cells():
    assert cells.together({"one": [(0, 5), (0, 5)], "other": [(8, 8)]}) == {
        "one": [(3, 5), (3, 5)],
        "other": [(8, 8)],
    }
