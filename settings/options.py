"""The one way to declare an option.

A class of options is a `TypedDict` under `@options`. Each key has a type, its rules and default in
`Annotated[..., Field(...)]`, and a docstring below it. From that one declaration come the validation
of the stack file and of a component's arguments, the editors' JSON Schema and the reference page,
while Pulumi's component analyzer sees the plain types that it understands.
"""

import ast
import difflib
import inspect
import sys
import types
import typing
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, NamedTuple, TypeVar, cast, get_args, get_origin

import pulumi
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import PydanticCustomError

T = TypeVar("T")
Kind = TypeVar("Kind", bound=type[Any])


class Problem(NamedTuple):
    """One thing that is wrong: where, what was given, and what would be valid."""

    path: str
    value: object
    message: str

    def __str__(self) -> str:
        """The problem as one line for a person."""
        return f"{self.path}: {self.message} (got {self.value!r})"


class OptionsError(ValueError):
    """All that is wrong with a set of options, one line each, in `problems`."""

    def __init__(self, title: str, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join([title, *(f"  - {problem}" for problem in problems)]))


Check = Callable[[Any], Iterable[Problem]]
_models: dict[type[Any], type[BaseModel]] = {}
_declared: dict[type[Any], "_Declared"] = {}


class _Declared(NamedTuple):
    """What a class of options declared, kept for those that extend it."""

    fields: dict[str, Any]
    checks: tuple[Check, ...]


def one_of(*allowed: str) -> Any:  # noqa: ANN401 - a rule for use inside Annotated
    """A rule: the text is one of these."""

    def check(value: str) -> str:
        if value in allowed:
            return value
        near = difflib.get_close_matches(value, allowed, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise PydanticCustomError(
            "one_of", "must be one of {allowed}{hint}", {"allowed": ", ".join(allowed), "hint": hint}
        )

    return _Both(AfterValidator(check), Field(json_schema_extra={"enum": list(allowed)}))


def distinct() -> Any:  # noqa: ANN401 - a rule for use inside Annotated
    """A rule: the list names nothing twice."""

    def check(values: list[object]) -> list[object]:
        for value in values:
            if values.count(value) > 1:
                raise PydanticCustomError("distinct", "names {value} twice", {"value": repr(value)})
        return values

    return _Both(AfterValidator(check), Field(json_schema_extra={"uniqueItems": True}))


class _Both:
    """Two pieces of Annotated metadata that belong together."""

    def __init__(self, *parts: object) -> None:
        self.parts = parts


def options(*checks: Check, extends: type[Any] | None = None) -> Callable[[Kind], Kind]:
    """Make a `TypedDict` a class of options; `checks` yield the contradictions between its keys.

    `extends` names its base class of options again: before Python 3.12 a TypedDict forgets it.
    """

    def declare(cls: Kind) -> Kind:
        documented = _docstrings(cls)
        base = _declared[extends] if extends else _Declared({}, ())
        own: dict[str, Any] = {}
        for key, hint in list(cls.__annotations__.items()):
            if key in base.fields:
                continue
            kind, rules = _split(hint)
            described = Field(description=documented.get(key))
            own[key] = Annotated[(_validated(kind), *rules, described)]
            cls.__annotations__[key] = _bare(kind)
        fields, all_checks = own | base.fields, (*base.checks, *checks)
        _declared[cls] = _Declared(fields, all_checks)
        _models[cls] = cast("Any", create_model)(  # its type has no room for fields that are built
            cls.__name__,
            __config__=ConfigDict(
                extra="forbid",
                strict=True,
                arbitrary_types_allowed=True,
                regex_engine="python-re",
                alias_generator=to_camel,
                validate_by_name=True,
                validate_by_alias=True,
            ),
            __doc__=inspect.getdoc(cls),
            __validators__={"contradictions": model_validator(mode="after")(_checker(all_checks))},
            **fields,
        )
        return cls

    return declare


def complete(kind: type[T], value: T, where: str, *checks: Callable[[T], Iterable[Problem]]) -> T:
    """A component's arguments with every default filled in; outputs pass unread.

    `checks` are the contradictions that only the caller can see.

    Raises:
        OptionsError: an argument is unknown, of a wrong type or out of range; `where` leads its path.
    """
    title = f"{where} cannot be made from these arguments:"
    found = _read(kind, value, where, title, by_alias=False)
    wrong = [problem for check in checks for problem in check(found)]
    if wrong:
        told = [f"{where}.{_spelled(_models[kind], one.path, by_alias=False)}" for one in wrong]
        raise OptionsError(title, [one._replace(path=path) for one, path in zip(wrong, told, strict=True)])
    return found


def read(kind: type[T], value: object, title: str) -> T:
    """A stack file's part (camelCase keys), validated and with every default filled in.

    Raises:
        OptionsError: all that is wrong, each with its path, its value and what would be valid.
    """
    return _read(kind, value, "", title, by_alias=True)


def model_of(kind: type[Any]) -> type[BaseModel]:
    """The pydantic model behind a class of options, for schema and documentation."""
    return _models[kind]


def _read(kind: type[T], value: object, where: str, title: str, *, by_alias: bool) -> T:
    model = _models[kind]
    try:
        found = model.model_validate(value, by_alias=by_alias, by_name=not by_alias)
    except ValidationError as error:
        raise OptionsError(title, _problems(model, error, where, by_alias=by_alias)) from None
    return cast("T", _plain(found))


def part(kind: type[T], values: Any) -> T:  # noqa: ANN401 - options of a class that extends `kind`
    """Of complete options, those that one of their base classes declares."""
    return cast("T", {key: values[key] for key in _models[kind].model_fields})


def set_beside(kind: type[Any], given: Mapping[str, object], what: str, *allowed: str) -> Iterator[Problem]:
    """A problem for each option that is set although `what` leaves a meaning to those of `allowed` alone."""
    for key, field in _models[kind].model_fields.items():
        if key not in allowed and given[key] != field.get_default(call_default_factory=True):
            why = f"has no meaning with {what}: take one of them out"
            yield Problem(str(field.alias), given[key], why)


def _split(hint: object) -> tuple[Any, tuple[object, ...]]:
    """A key's hint without its rules, and the rules."""
    if get_origin(hint) in (typing.NotRequired, typing.Required):
        hint = get_args(hint)[0]
    if get_origin(hint) is not Annotated:
        return hint, ()
    kind, *rules = get_args(hint)
    flat = [part for rule in rules for part in (rule.parts if isinstance(rule, _Both) else (rule,))]
    return kind, tuple(flat)


def _validated(kind: Any) -> Any:  # noqa: ANN401 - a type expression in, a type expression out
    """The type that pydantic validates: nested options are their models, inputs may be outputs."""
    if kind in _models:
        return _models[kind]
    parts = get_args(kind)
    if any(_is_deferred(part) for part in parts):
        plain = [part for part in parts if not _is_deferred(part)]
        return Annotated[_union([_validated(part) for part in plain]), WrapValidator(_let_outputs_pass)]
    if get_origin(kind) in (typing.Union, types.UnionType):
        return _union([_validated(part) for part in parts])
    if get_origin(kind) in (list, dict):
        return get_origin(kind)[tuple(_validated(part) for part in parts)]
    if get_origin(kind) is Annotated:
        inner, rules = _split(kind)
        return Annotated[(_validated(inner), *rules)]
    return kind


def _bare(kind: Any) -> Any:  # noqa: ANN401 - a type expression in, a type expression out
    """The type without the rules inside it, as Pulumi's component analyzer takes it."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (list, dict):
        return get_origin(kind)[tuple(_bare(part) for part in get_args(kind))]
    if get_origin(kind) in (typing.Union, types.UnionType):
        return _union([_bare(part) for part in get_args(kind)])
    return kind


def _union(parts: list[Any]) -> Any:  # noqa: ANN401 - a type expression
    return typing.Union[tuple(parts)]  # noqa: UP007 - built from a list


def _is_deferred(part: object) -> bool:
    """Whether a part of `pulumi.Input[X]` is its Output (a forward reference there) or awaitable."""
    return isinstance(part, typing.ForwardRef) or get_origin(part) in (pulumi.Output, Awaitable)


def _let_outputs_pass(value: object, validate: Callable[[object], object]) -> object:
    return cast("object", value) if isinstance(value, pulumi.Output) else validate(value)


def _checker(checks: tuple[Check, ...]) -> Callable[[BaseModel], BaseModel]:
    def contradictions(self: BaseModel) -> BaseModel:
        given = _plain(self)
        found = [problem for check in checks for problem in check(given)]
        if found:
            raise PydanticCustomError("contradiction", "contradiction", {"problems": found})
        return self

    return contradictions


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return {key: _plain(getattr(value, key)) for key in type(value).model_fields}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in cast("dict[str, object]", value).items()}
    return value


def _problems(model: type[BaseModel], error: ValidationError, where: str, *, by_alias: bool) -> list[Problem]:
    found: list[Problem] = []
    for entry in error.errors(include_url=False):
        if entry["type"] == "default_factory_not_called":
            continue  # what the default depends on is wrong, and is told
        path = ".".join([*([where] if where else []), *_path(entry["loc"])])
        if entry["type"] == "contradiction":
            inside = cast("list[Problem]", entry.get("ctx", {})["problems"])
            at = _model_at(model, entry["loc"]) or model
            own = [one._replace(path=_spelled(at, one.path, by_alias=by_alias)) for one in inside]
            found += [one._replace(path=f"{path}.{one.path}".lstrip(".")) for one in own]
        elif entry["type"] == "extra_forbidden":
            found.append(Problem(path, entry["input"], _unknown(model, entry["loc"], by_alias=by_alias)))
        else:
            message = entry["msg"][0].lower() + entry["msg"][1:]
            found.append(Problem(path, "nothing" if entry["type"] == "missing" else entry["input"], message))
    return list({str(problem): problem for problem in found}.values())


def _spelled(model: type[BaseModel], path: str, *, by_alias: bool) -> str:
    """A check's path as the caller writes it: a check names the stack file's keys, and what is no key is data."""
    here: object = model
    found: list[str] = []
    for step in path.split("."):
        found.append(step if by_alias or not _models_in(here) else to_snake(step))
        here = _step(here, step)
    return ".".join(found)


def _unknown(model: type[BaseModel], loc: tuple[int | str, ...], *, by_alias: bool) -> str:
    inside = _model_at(model, loc[:-1])
    if inside is None:
        return "unknown key"
    valid = sorted(str(field.alias) if by_alias else key for key, field in inside.model_fields.items())
    asked = to_camel(str(loc[-1])) if by_alias else to_snake(str(loc[-1]))
    near = difflib.get_close_matches(asked, valid, n=1, cutoff=0.5)
    return f"unknown key; did you mean {near[0]!r}?" if near else f"unknown key; valid: {', '.join(valid)}"


def _path(loc: tuple[int | str, ...]) -> list[str]:
    """The location as a person wrote it: pydantic adds a step of its own for each branch of a union."""
    return [str(step) for step in loc if not (isinstance(step, str) and _is_branch(step))]


def _is_branch(step: str) -> bool:
    return step in {m.__name__ for m in _models.values()} or "[" in step or step in {"str", "int", "bool", "float"}


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model of the object at a location, if one declares it."""
    here: Any = model
    for step in loc:
        if isinstance(step, str) and _is_branch(step):
            continue
        here = _step(here, step)
    return next(iter(_models_in(here)), None)


def _models_in(here: object) -> list[type[BaseModel]]:
    """The models that a type is, or is one of."""
    return [m for m in (here, *_members(here)) if inspect.isclass(m) and issubclass(m, BaseModel)]


def _step(here: object, step: int | str) -> object:
    for member in [here, *_members(here)]:
        if inspect.isclass(member) and issubclass(member, BaseModel):
            for key, field in member.model_fields.items():
                if step in (key, field.alias):
                    return field.annotation
        elif get_origin(member) in (list, dict):
            return get_args(member)[-1]
    return None


def _members(here: object) -> tuple[object, ...]:
    return tuple(
        inner for part in get_args(here) for inner in (part, *_members(part)) if get_origin(here) not in (list, dict)
    )


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module's source, parsed once: the module that holds 20 would else be read 20 times."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _docstrings(cls: type[Any]) -> dict[str, str]:
    """The docstring under each key; Python keeps none at run time, so the source is read."""
    body = _classes(cls.__module__)[cls.__name__].body
    found: dict[str, str] = {}
    for key, text in pairwise(body):
        match key, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(doc))):
                found[name] = inspect.cleandoc(doc)
            case _:
                pass
    return found
