from typing import Any

import pytest

from components.public_repository import PublicRepository
from tests.components.declared import Made, changes, declare, problems


def repository(**asked: Any) -> PublicRepository:
    return PublicRepository("web", {"repository_name": "shop/web", "protect": False, **asked})


def made(**asked: Any) -> Made:
    return declare(lambda: repository(**asked))


REPOSITORY = "aws:ecrpublic/repository:Repository web"
BARE: dict[str, Any] = {"architectures": [], "operatingSystems": []}


def test_it_is_made_where_ecr_public_is_and_keeps_its_images():
    assert made().children == {
        REPOSITORY: {
            "repositoryName": "shop/web",
            "region": "us-east-1",
            "catalogData": BARE,
            "forceDestroy": False,
        }
    }
    assert made().outputs == {"uri": "Repository.web.repositoryUri"}


def test_what_its_page_says():
    told = {
        "description": "A shop",
        "about": "# Shop",
        "usage": "docker run",
        "architectures": ["x86-64", "ARM 64"],
        "operating_systems": ["Linux"],
    }
    assert changes(made(), made(**told)) == {
        REPOSITORY: {
            "catalogData": {
                "description": "A shop",
                "aboutText": "# Shop",
                "usageText": "docker run",
                "architectures": ["x86-64", "ARM 64"],
                "operatingSystems": ["Linux"],
            }
        }
    }


def test_protect():
    assert changes(made(), made(protect=True)) == {REPOSITORY: {"opts.protect": True}}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"architectures": ["ARM64"]},
            "architectures.0: must be one of x86-64, ARM 64, x86, ARM; did you mean 'ARM 64'?",
        ),
        ({"operating_systems": ["Linux", "Linux"]}, "operating_systems: names 'Linux' twice"),
        ({"description": "x" * 1025}, "description: string should have at most 1024 characters"),
    ],
)
def test_a_wrong_argument_is_named(asked: dict[str, Any], told: str):
    assert problems(lambda: repository(**asked)) == [f"web.{told}"]
