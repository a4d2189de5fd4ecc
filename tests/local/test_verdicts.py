"""What is done while the policy pack judges a plan."""

from pathlib import Path

import pytest

from local import stack_file, table, verdicts
from local.clients import LocalClients
from local.program import Run

PROJECT = Path(__file__).resolve().parents[2]


def test_clients_of_all_that_is_declared_are_made_meanwhile_and_the_verdict_stays_the_same():
    clients = LocalClients("http://127.0.0.1:9", "us-east-1")
    project, config = stack_file.configuration(PROJECT, "local")

    def prepare(run: Run) -> None:
        clients.prepare(table.services(one.type for one in run.declared))

    run, said = verdicts.planned(PROJECT, project, config, "local", meanwhile=prepare)
    assert set(clients._made) > {"ec2", "ecr", "ecs", "elbv2", "iam", "logs", "ssm"}
    assert (run, said) == verdicts.planned(PROJECT, project, config, "local")


def test_what_fails_meanwhile_is_told():
    def fails(_: Run) -> None:
        raise ValueError("no such service")

    with pytest.raises(ValueError, match="no such service"):
        verdicts.planned(PROJECT, *stack_file.configuration(PROJECT, "local"), "local", meanwhile=fails)


def test_a_type_that_the_table_does_not_name_has_no_service():
    assert table.services(["aws:ecs/service:Service", "aws:efs/fileSystem:FileSystem"]) == {"ecs"}
