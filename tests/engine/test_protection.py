"""`destroy` refuses what people rely on."""

from checkout import Checkout


def test_a_protected_stack_is_not_destroyed(prod: Checkout):
    outcome = prod.destroy("prod")
    assert outcome.failed
    for kept in ("aws:ecr/repository:Repository::web", "aws:lb/loadBalancer:LoadBalancer::balancer"):
        assert f'{kept}" cannot be deleted' in outcome.text
    assert prod.account.tags


def test_it_is_destroyed_once_the_protection_is_taken_off(prod: Checkout):
    prod.configure("prod", "protect", value=False)
    prod.configure("prod", "repository.forceDelete", value=True)
    assert not prod.up("prod").failed
    outcome = prod.destroy("prod")
    assert not outcome.failed, outcome.text
    assert prod.account.tags == {}
