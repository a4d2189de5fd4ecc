import pytest

from settings.instance_type import DEFAULT, architecture

GRAVITON = (
    "a1.medium t4g.nano m6g.large m6gd.metal m7g.xlarge m8g.48xlarge c6gn.large c7g.medium c7gn.2xlarge c8g.large "
    "r6g.large r7gd.large r8g.xlarge x2gd.medium x8g.large i4g.large i8g.large im4gn.large is4gen.medium g5g.xlarge "
    "hpc7g.4xlarge"
)
OTHERS = (
    "t2.micro t3.small t3a.large m5.large m5a.large m6i.large m6idn.large m7i-flex.large m7a.large c5n.large "
    "c6in.large c7i.large r5b.large r7iz.large x1e.xlarge x2iedn.xlarge z1d.large i3en.large i4i.large d3en.large "
    "g4dn.xlarge "
    "g4ad.xlarge g5.xlarge g6.xlarge g6e.xlarge gr6.4xlarge p4de.24xlarge p5.48xlarge inf2.xlarge trn1n.32xlarge "
    "u-6tb1.metal u7i-12tb.224xlarge f1.2xlarge hpc6a.48xlarge"
)


@pytest.mark.parametrize("name", GRAVITON.split())
def test_a_g_after_the_generation_is_graviton(name: str):
    assert architecture(name) == "ARM64"


@pytest.mark.parametrize("name", OTHERS.split())
def test_any_other_g_is_not(name: str):
    assert architecture(name) == "X86_64"


def test_the_defaults_are_of_their_architecture_and_several():
    for kind, names in DEFAULT.items():
        assert {architecture(name) for name in names} == {kind}
        assert len(names) > 1
