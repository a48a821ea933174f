"""No module imports another that imports it in turn, not even for its types: each can be read before what uses it."""

from graphlib import CycleError, TopologicalSorter

import grimp


def test_no_module_is_imported_by_what_it_imports() -> None:
    graph = grimp.build_graph("certflow", cache_dir=None)
    modules = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    try:
        TopologicalSorter(modules).prepare()
        circle: list[str] = []
    except CycleError as fault:
        circle = fault.args[1]

    assert not circle, "Turn one of these imports round, or put its names together:\n" + " <- ".join(circle)
