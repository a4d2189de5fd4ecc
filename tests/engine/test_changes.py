"""A change shows what it changes, and nothing else."""

from checkout import Checkout

ROLLED = {
    "aws:ecs/taskDefinition:TaskDefinition web": "replace",
    "aws:ecs/service:Service web": "update",
    "aws:ssm/parameter:Parameter web": "update",
}
SOURCE = "app/src/web/app.py"


def change_the_app(checkout: Checkout, line: str = "# changed\n") -> None:
    path = checkout.folder / SOURCE
    path.write_text(path.read_text() + line)


def test_one_line_of_the_app_changes_image_task_service_and_record(dev: Checkout):
    change_the_app(dev)
    changed = dev.preview("dev").changed
    images = {key: op for key, op in changed.items() if key.startswith("docker:index/image:Image web-c-")}
    assert sorted(images.values()) == ["create", "delete"]
    assert {key: op for key, op in changed.items() if key not in images} == ROLLED


def test_another_size_changes_task_service_and_record(dev: Checkout):
    dev.configure("dev", "services.web.task.cpu", 512)
    dev.configure("dev", "services.web.task.memory", 1024)
    assert dev.preview("dev").changed == ROLLED


def test_a_second_service_leaves_the_first_alone(dev: Checkout):
    dev.configure("dev", "services.api", {"routing": {"paths": ["/api/*"]}})
    changed = dev.preview("dev").changed
    assert set(changed.values()) == {"create"}
    assert {"aws:ecs/service:Service api", "aws:lb/listenerRule:ListenerRule api"} <= changed.keys()


def test_a_worker_is_made_with_its_queue_and_then_nothing_changes(dev: Checkout):
    dev.configure("dev", "services.worker", {"queue": {}})
    outcome = dev.up("dev")
    assert not outcome.failed, outcome.text
    assert set(outcome.changed.values()) == {"create"}
    assert {"aws:sqs/queue:Queue worker", "aws:ssm/parameter:Parameter worker"} <= outcome.changed.keys()
    assert not [key for key in outcome.changed if key.startswith("aws:lb/")]
    assert dev.preview("dev").changed == {}


def test_going_back_to_an_earlier_content_pushes_nothing_twice(dev: Checkout):
    before = (dev.folder / SOURCE).read_text()
    change_the_app(dev)
    there = dev.up("dev")
    (dev.folder / SOURCE).write_text(before)
    back = dev.up("dev")
    assert not there.failed, there.text
    assert not back.failed, back.text
    assert sorted(dev.account.pushes.values()) == [1, 1]
    assert dev.preview("dev").changed == {}
