"""A public repository: what everybody may pull."""

from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import distinct, one_of, options

Text = Annotated[str | None, Field(default=None, max_length=10240)]


@options()
class PublicRepositoryOptions(TypedDict):
    """A repository of ECR Public, and what its page in the gallery says.

    Nothing runs from it: it is for an image that is published beside the service that runs it.
    """

    description: NotRequired[Annotated[str | None, Field(default=None, max_length=1024)]]
    """What it is, in a line; search shows it."""
    about: NotRequired[Text]
    """More about it, in Markdown."""
    usage: NotRequired[Text]
    """How to use it, in Markdown."""
    architectures: NotRequired[
        Annotated[
            list[Annotated[str, one_of("x86-64", "ARM 64", "x86", "ARM")]], distinct(), Field(default_factory=list)
        ]
    ]
    """What its images run on, as badges of the gallery."""
    operating_systems: NotRequired[
        Annotated[list[Annotated[str, one_of("Linux", "Windows")]], distinct(), Field(default_factory=list)]
    ]
    """Operating systems of its images, as badges of the gallery."""
