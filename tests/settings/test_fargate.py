from hypothesis import given
from hypothesis import strategies as st

from settings import fargate


@given(st.integers(0, 40000), st.integers(0, 300000))
def test_the_nearest_pair_is_valid_and_the_smallest_that_fits(cpu: int, memory: int):
    near = fargate.nearest(cpu, memory)
    assert fargate.is_valid(*near)
    fits = [(c, m) for c, sizes in fargate.MEMORY.items() for m in sizes if c >= cpu and m >= memory]
    assert near == (min(fits) if fits else (32768, 244 * 1024))


def test_the_table_ends_where_fargate_does():
    assert fargate.is_valid(256, 512)
    assert fargate.is_valid(16384, 120 * 1024)
    assert not fargate.is_valid(256, 4096)
    assert not fargate.is_valid(8192, 17 * 1024)
