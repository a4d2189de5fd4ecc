"""Every command of the pages is one that exists, with the words that it takes.

Blocks of `sh` hold commands; of `console` those behind `$ `; a block without a language those lines that begin with a
command known here.
"""

import pytest

from tests.docs.commands import faults
from tests.docs.pages import Block, pages, where

HOLD_COMMANDS = ("sh", "console", "")


def test_every_command_is_known():
    told = [
        f"{where(page, block.line)}: {fault}"
        for page in pages()
        for block in page.blocks
        if block.language in HOLD_COMMANDS
        for fault in faults(block)
    ]
    assert told == []


def test_every_command_in_a_sentence_is_known():
    told = [
        f"{where(page)}: {fault}"
        for page in pages()
        for span in page.spans
        for fault in faults(Block("", span, 1), whole=False)
    ]
    assert told == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("make locla", "no target 'locla'"),
        ("python -m local upp", "invalid choice"),
        ("python -m local plan --jsno", "unrecognized arguments"),
        (".venv/bin/python -m no_such_module", "no module"),
        ("PYTHONPATH=policies python -m slipway_policies.nothing", "no module"),
        ("python -m slipway_policies.report markdown", "no module"),
        ("pulumi deploy", "not among the commands"),
        ("pulumi stack show urls", "not among the commands"),
        ("pulumi preview --stakc dev", "takes no --stakc"),
        ("pulumi up --policy-pack polices", "there is no polices"),
        ("aws esc list-tasks", "no AWS service"),
        ("aws ecs lists-tasks --cluster one", "no operation"),
        ("aws ecs list-tasks --clutser one", "takes no --clutser"),
        ("aws ecs describe-services --cluster one", "needs --services"),
        ("slipway up", "not known here"),
        ("make local && pulumi deploy", "not among the commands"),
        ("pulumi config get aws:region | mkae plan", "not known here"),
        ("echo 'half", "is no line of a shell"),
    ],
)
def test_a_wrong_command_is_told(line: str, why: str):
    assert why in "\n".join(faults(Block("sh", line, 1)))


@pytest.mark.parametrize(
    "text",
    [
        "make local  # with words after it",
        "make PYTHON=python3.13 local",
        "python -m local up --no-docker-install --stack local",
        "PYTHONPATH=policies .venv/bin/python -m slipway_policies.report markdown < plan.json",
        "cd policies\npython -m slipway_policies.docs ../docs/policies.md",
        "pulumi preview --policy-pack policies \\\n  --policy-pack-config policies/config/dev.json",
        "aws ecs list-tasks --cluster one --region eu-central-1 --query 'taskArns[0]' --output text",
        "pulumi up --yes && curl -s http://localhost:4566/ | head -1",
    ],
)
def test_a_good_command_passes(text: str):
    assert faults(Block("sh", text, 1)) == []


def test_a_sentence_may_leave_words_out():
    assert faults(Block("", "aws ecs describe-services", 1), whole=False) == []
    assert len(faults(Block("", "aws ecs describe-service", 1), whole=False)) == 1


def test_what_a_command_printed_is_no_command():
    assert faults(Block("console", "$ make plan\nslipway says this\n", 1)) == []
    assert len(faults(Block("console", "$ slipway up\nmake locla\n", 1))) == 1
    assert faults(Block("", "stack file ──> settings\n", 1)) == []
