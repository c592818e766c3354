"""Files and folders: complete or absent, and as open to others as the user wants."""

import os

import pytest

from zclust_explore.data.files import free_path, new_folder


def test_a_folder_is_complete_or_absent(tmp_path):
    """A crash would leave something that looks like a result."""
    with pytest.raises(RuntimeError), new_folder(tmp_path / "a") as folder:
        (folder / "half").write_text("")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with new_folder(tmp_path / "a") as folder:
        assert not (tmp_path / "a").exists()
        (folder / "whole").write_text("")
    assert os.listdir(tmp_path / "a") == ["whole"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
@pytest.mark.parametrize("mask", [0o002, 0o077])
def test_rights_are_those_of_any_new_folder(tmp_path, mask):
    """A group could not share its runs, or private data be open to all."""
    before = os.umask(mask)
    try:
        with new_folder(tmp_path / "a"):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o777 & ~mask


def test_free_path_counts_on(tmp_path):
    """A second result would overwrite the first."""
    assert free_path(tmp_path / "a") == tmp_path / "a"
    (tmp_path / "a").mkdir()
    (tmp_path / "a-2").mkdir()
    assert free_path(tmp_path / "a") == tmp_path / "a-3"
