"""Repositories and images."""

from cases import BY_OPTION, ODD, Case, Skip
from sample import GONE
from slipway_policies.resource import UNKNOWN

PUBLIC = "docker.io/library/nginx:1.27"
CD = "task.containerDefinitions[0]"
RULE = "lifecycle.policy.rules[1]"

CASES = [
    Case("ecr-private-only", {"charts.repositoryName": "web"}, path="charts.repositoryName"),
    Case(
        "ecr-scan-on-push",
        {"repo.imageScanningConfiguration.scanOnPush": False, "scanning": GONE},
        absent=({"repo.imageScanningConfiguration": GONE, "scanning": GONE}, "violation"),
        unknown=({"repo.imageScanningConfiguration.scanOnPush": UNKNOWN, "scanning": GONE}, "undecided"),
        malformed=({"repo.imageScanningConfiguration.scanOnPush": ODD, "scanning": GONE}, "undecided"),
    ),
    Case(
        "ecr-registry-scan-configured",
        {"scanning.rules[0].scanFrequency": "MANUAL"},
        path="scanning.rules",
        odd="odd",
        also=("ecr-scan-on-push",),
    ),
    Case("ecr-enhanced-scanning", {"scanning.scanType": "BASIC"}, path="scanning.scanType"),
    Case(
        "ecr-tag-immutability",
        {"repo.imageTagMutability": "MUTABLE"},
        path="repo.imageTagMutability",
        also=("image-digest-pinned",),
    ),
    Case(
        "ecr-exclusion-narrow",
        {
            "repo.imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "repo.imageTagMutabilityExclusionFilters": [{"filter": "*"}],
        },
        path="repo.imageTagMutability",
        absent="not applicable",
        compliant={
            "repo.imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "repo.imageTagMutabilityExclusionFilters": [{"filter": "cache-*"}],
        },
        outside={},
        also=("image-digest-pinned",),
    ),
    Case(
        "ecr-lifecycle-attached",
        {"lifecycle": GONE},
        subject="repo",
        path="lifecycle.repository",
        absent=({"lifecycle.repository": GONE}, "violation"),
        unknown=Skip("without an edge an unknown name belongs to nobody: the column absent"),
        malformed="violation",
    ),
    Case(
        "ecr-lifecycle-valid",
        {f"{RULE}.rulePriority": 1},
        path="lifecycle.policy",
        malformed=({"lifecycle.policy": "[{"}, "violation"),
    ),
    Case(
        "ecr-lifecycle-untagged",
        {"lifecycle.policy.rules[0].selection.countNumber": 90, f"{RULE}.selection.tagStatus": "tagged"},
        path="lifecycle.policy",
        malformed=({"lifecycle.policy": "[{"}, "undecided"),
        also=("ecr-lifecycle-valid",),
    ),
    Case(
        "ecr-lifecycle-bounded",
        {RULE: GONE},
        path="lifecycle.policy",
        malformed=({"lifecycle.policy": "[{"}, "undecided"),
    ),
    Case(
        "ecr-lifecycle-keeps-rollback",
        {f"{RULE}.selection.countNumber": 3},
        path="lifecycle.policy",
        absent="not applicable",
        malformed=({"lifecycle.policy": "[{"}, "undecided"),
    ),
    Case(
        "ecr-kms",
        {"repo.encryptionConfigurations[0].encryptionType": "AES256"},
        path="repo.encryptionConfigurations[0].encryptionType",
    ),
    Case("ecr-no-force-delete", {"repo.forceDelete": True}, path="repo.forceDelete", absent="compliant"),
    Case(
        "ecr-protected",
        {"repo!protect": False},
        absent=BY_OPTION,
        unknown=BY_OPTION,
        malformed=BY_OPTION,
        also=("stateful-protected",),
    ),
    Case(
        "ecr-policy-not-public",
        {"repo-policy.policy.Statement[0].Principal": "*"},
        path="repo-policy.policy",
        absent="not applicable",
        malformed=({"repo-policy.policy": "[{"}, "undecided"),
    ),
    Case(
        "ecr-policy-known-accounts",
        {"repo-policy.policy.Statement[0].Principal": {"AWS": "arn:aws:iam::210987654321:root"}},
        path="repo-policy.policy",
        absent="not applicable",
        malformed=({"repo-policy.policy.Statement[0].Principal": [[]]}, "undecided"),
        outside={},
        unset=("accounts",),
    ),
    Case(
        "ecr-registry-policy-scoped",
        {"registry-policy.policy.Statement[0].Action": "ecr:*"},
        path="registry-policy.policy",
        absent="not applicable",
        malformed=({"registry-policy.policy": "[{"}, "undecided"),
    ),
    Case("ecr-template-compliant", {"template.imageTagMutability": "MUTABLE"}, path="template.imageTagMutability"),
    Case(
        "ecr-cache-authenticated",
        {"cache.credentialArn": GONE},
        path="cache.upstreamRegistryUrl",
        absent="compliant",
        outside={"cache.upstreamRegistryUrl": "public.ecr.aws"},
    ),
    Case(
        "image-private-registry",
        {f"{CD}.image": PUBLIC},
        path=f"{CD}.image",
        unknown="compliant",
        also=("image-from-managed-repo", "image-digest-pinned"),
    ),
    Case(
        "image-from-managed-repo",
        {f"{CD}.image": PUBLIC},
        path=f"{CD}.image",
        unknown="compliant",
        outside={f"{CD}.image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/other:1"},
        also=("image-private-registry", "image-digest-pinned"),
    ),
    Case(
        "image-digest-pinned",
        {"repo.imageTagMutability": "MUTABLE"},
        subject="task",
        path=f"{CD}.image",
        unknown="compliant",
        also=("ecr-tag-immutability",),
    ),
    Case(
        "image-no-latest",
        {f"{CD}.image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web:latest"},
        path=f"{CD}.image",
        unknown="compliant",
        also=("image-digest-pinned",),
    ),
    Case(
        "image-platform-matches",
        {"task.runtimePlatform.cpuArchitecture": "ARM64"},
        path="task.runtimePlatform.cpuArchitecture",
        absent="compliant",
        outside={"task!waits": ()},
    ),
    Case(
        "image-build-args-no-secrets",
        {"image.build.args.API_TOKEN": "hunter2hunter2"},
        path="image.build.args",
        absent="compliant",
        odd="odd",
    ),
]
