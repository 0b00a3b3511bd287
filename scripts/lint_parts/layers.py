"""No layer of the connector's models names a model of a layer above it.

What a layer imports is import-linter's matter (.importlinter); but Odoo's models are
also reached by name, as a text, which no import shows. Prints each place, and fails if
there is one.
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "dokstamp_connector" / "models"
# from the ground up; the same order stands in .importlinter
LAYERS = (
    "accounts",
    "registry",
    "sync",
    "runs",
    "sources",
    "certificates",
    "privacy",
    "quality",
    "overview",
)


def main():
    trees = {
        layer: {path: ast.parse(path.read_text()) for path in files_of(layer)}
        for layer in LAYERS
    }
    owners = {
        name: layer
        for layer, of_layer in trees.items()
        for tree in of_layer.values()
        for name in names_made_in(tree)
    }
    found = [
        f"{path.relative_to(ROOT)}:{line}: {layer} names {name}, which is a model of "
        f"{owners[name]}"
        for layer, of_layer in trees.items()
        for path, tree in of_layer.items()
        for line, name in texts_in(tree)
        if name in owners and LAYERS.index(owners[name]) > LAYERS.index(layer)
    ]
    print("\n".join(found))
    return bool(found)


def files_of(layer):
    return sorted((MODELS / layer).rglob("*.py"))


def names_made_in(tree):
    """The `_name` of each model that is made, not merely extended, in a file."""
    for definition in ast.walk(tree):
        if isinstance(definition, ast.ClassDef):
            said = {
                target.id: statement.value
                for statement in definition.body
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name)
            }
            name = getattr(said.get("_name"), "value", None)
            parents = list(texts_below(said.get("_inherit")))
            if name and name not in parents:
                yield name


def texts_below(node):
    return (text for _line, text in texts_in(node)) if node else ()


def texts_in(tree):
    """(line, text) of every literal text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


if __name__ == "__main__":
    sys.exit(main())
