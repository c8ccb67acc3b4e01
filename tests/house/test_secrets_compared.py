"""Secrets are compared in constant time: `==` stops at the first difference, and tells by its time how far it came."""

import ast
import re

from tests.house.test_habits import TREES, nodes

SECRET = re.compile(r"secret|signature|digest|hmac|password|token|signing", re.IGNORECASE)
HARMLESS = {
    "place.claim.token == claim.token",  # the number of a claim
    "claim.token in self._unanswered",
    "one.name in SECRETS",  # names of variables
}
"""What is called like a secret and is none."""
MARKS = "app/domain/provision_hooks.py"
"""Marks with which our own webhook says which token it has, for `plan`; nobody shows us one to be let in."""


def called(side: ast.expr) -> str:
    """What a value is called: the last word of `a.b.word`, or the key of `headers["key"]`."""
    match side:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
        case ast.Subscript(slice=key):
            return ast.unparse(key)
        case ast.Call(func=ast.Attribute(attr="get"), args=[key, *_]):
            return ast.unparse(key)
        case ast.Call(func=function):
            return called(function)
        case _:
            return ""


def compared(tree: ast.Compare) -> bool:
    """Whether this compares by value something that is called like a secret. With a word of the program it is none."""
    sides = [tree.left, *tree.comparators]
    by_value = any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in tree.ops)
    return (
        by_value
        and not any(isinstance(s, ast.Constant) for s in sides)
        and any(SECRET.search(called(s)) for s in sides)
    )


def ours() -> list[tuple[str, ast.Compare]]:
    return [(where, node) for where, node in nodes(ast.Compare) if not where.startswith(("app/fakegitlab/", MARKS))]


def test_secrets_are_compared_in_constant_time() -> None:
    found = {where: ast.unparse(node) for where, node in ours() if compared(node)}
    assert {where: said for where, said in found.items() if said not in HARMLESS} == {}


def test_whoever_signs_compares_with_compare_digest() -> None:
    signing = {file for file, tree in TREES.items() if "hmac." in ast.unparse(tree)}
    compares = {w.partition(":")[0] for w, call in nodes(ast.Call) if ast.unparse(call.func) == "hmac.compare_digest"}
    assert {file for file in signing if not file.startswith("app/fakegitlab/")} - compares == {MARKS}
    assert compares == {"app/domain/envelope.py", "app/domain/webhook_signature.py"}


def test_the_test_sees_a_careless_comparison() -> None:
    for careless in ("shown_token == token", "headers['x-gitlab-token'] in tokens", "signature != expected"):
        (node,) = [each for each in ast.walk(ast.parse(careless)) if isinstance(each, ast.Compare)]
        assert compared(node)
