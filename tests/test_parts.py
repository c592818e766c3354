"""Arrays in parts, as if they were one."""

import numpy as np
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zclust_explore.data.parts import Parts


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4), data=st.data())
def test_reads_what_numpy_reads(tmp_path_factory, sizes, data):
    """A window would be that of another row."""
    folder = tmp_path_factory.mktemp("parts")
    whole = np.random.default_rng(0).normal(size=(sum(sizes), 3, 2)).astype(np.float32)
    paths, row = [], 0
    for number, size in enumerate(sizes):
        paths.append(folder / str(number))
        zarr.open_group(paths[-1], mode="w").create_array("values", data=whole[row : row + size])
        row += size
    parts = Parts(paths, "values", sizes, (3, 2))
    assert (parts.shape, parts.ndim, len(parts)) == (whole.shape, 3, len(whole))
    rows = st.integers(0, len(whole) - 1)
    some = np.array(data.draw(st.lists(rows, max_size=8)), dtype=int)
    start, stop = data.draw(rows), data.draw(rows)
    for index in (some, slice(start, stop), slice(None), slice(None, None, 2), int(start), whole[:, 0, 0] > 0):
        np.testing.assert_array_equal(parts[index], whole[index])
