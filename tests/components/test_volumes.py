from components.volumes import efs_statements, volumes
from settings.volume import EfsOptions, VolumeOptions
from tests.components.declared import PLACE

FILES: EfsOptions = {"file_system_id": "fs-0123456789abcdef0", "access_point_id": "fsap-0a", "read_only": False}
EMPTY: VolumeOptions = {"efs": None}


def test_scratch_comes_first_and_the_others_by_name():
    found = volumes(["scratch-0", "agent-scratch-0"], {"b": EMPTY, "a": EMPTY})
    assert [one.name for one in found] == ["scratch-0", "agent-scratch-0", "a", "b"]


def test_a_file_system_may_be_mounted_through_its_access_point_alone():
    start = "arn:aws:elasticfilesystem:eu-central-1:123456789012"
    through = {"StringEquals": {"elasticfilesystem:AccessPointArn": f"{start}:access-point/fsap-0a"}}
    statement = {
        "Effect": "Allow",
        "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        "Resource": f"{start}:file-system/fs-0123456789abcdef0",
        "Condition": through,
    }
    assert efs_statements(PLACE, {"data": {"efs": FILES}, "other": EMPTY}) == [statement]
    read = {**statement, "Action": ["elasticfilesystem:ClientMount"]}
    assert efs_statements(PLACE, {"data": {"efs": {**FILES, "read_only": True}}}) == [read]


def test_file_systems_are_in_one_order_and_the_accounts_own_partition():
    other: EfsOptions = {**FILES, "file_system_id": "fs-0f"}
    found = efs_statements({**PLACE, "partition": "aws-cn"}, {"b": {"efs": FILES}, "a": {"efs": other}})
    start = "arn:aws-cn:elasticfilesystem:eu-central-1:123456789012:file-system"
    assert [one["Resource"] for one in found] == [f"{start}/fs-0f", f"{start}/fs-0123456789abcdef0"]
