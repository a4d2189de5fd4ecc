"""A commit that dev has built is promoted without Docker, and one that it has not is refused by the preview."""

from checkout import Checkout

SOURCE = "app/src/web/app.py"


def test_another_service_runs_what_was_built_and_refuses_what_was_not(dev: Checkout):
    dev.configure(
        "dev", "services.api", {"routing": {"paths": ["/api/*"]}, "image": {"promoteFrom": "slipway-dev/web"}}
    )
    found = dev.preview("dev")
    assert not found.failed, found.text
    assert not [key for key in found.changed if key.startswith(("docker:", "aws:ecr/"))]
    definition = found.inputs["aws:ecs/taskDefinition:TaskDefinition api"]["containerDefinitions"]
    assert "/slipway-dev/web@sha256:" in definition
    path = dev.folder / SOURCE
    path.write_text(path.read_text() + "# not built yet\n")
    refused = dev.preview("dev")
    assert refused.failed
    assert "services.api.image.promoteFrom: has no image of this content, c-" in refused.text
