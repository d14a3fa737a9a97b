"""Reading ``sum,count`` files: what is accepted, and one message for each thing that is not."""

import numpy as np
import pytest

from sram_spice.errors import InputError
from sram_spice.workload.histogram import read_histogram

EVEN = np.arange(-4, 5, 2)


def test_any_order_blank_lines_spaces_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_bytes(b"\xef\xbb\xbfsum, count\r\n\r\n 2 , 7\r\n-4,0.5\r\n")
    np.testing.assert_array_equal(read_histogram(path, EVEN), [0.5, 0, 0, 7, 0])


def test_whole_numbers_that_a_table_of_floats_wrote(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("sum,count\n2.0,7\n-4.00,0.5\n0e0,1\n")
    np.testing.assert_array_equal(read_histogram(path, EVEN), [0.5, 0, 1, 7, 0])


@pytest.mark.parametrize(
    ("text", "key", "value", "allowed"),
    [
        ("", "line 1", "", "sum,count"),
        ("count,sum\n1,0\n", "line 1", "count,sum", "sum,count"),
        ("sum,count\n0,1,2\n", "line 2", "0,1,2", "2 columns"),
        ("sum,count\n0\n", "line 2", "0", "2 columns"),
        ("sum,count\n0,1\none,1\n", "line 3", "one", "-4 .. 4, steps of 2"),
        ("sum,count\n2.0,1\n2.5,1\n", "line 3", "2.5", "-4 .. 4, steps of 2"),
        ("sum,count\n1.0,1\n", "line 2", "1.0", "-4 .. 4, steps of 2"),
        ("sum,count\nnan,1\n", "line 2", "nan", "-4 .. 4, steps of 2"),
        ("sum,count\ninf,1\n", "line 2", "inf", "-4 .. 4, steps of 2"),
        ("sum,count\n2.0,1\n2,4\n", "line 3", 2, "one row per sum"),
        ("sum,count\n6,1\n", "line 2", "6", "-4 .. 4, steps of 2"),
        ("sum,count\n\n1,1\n", "line 3", "1", "-4 .. 4, steps of 2"),
        ("sum,count\n2,many\n", "line 2", "many", ">= 0"),
        ("sum,count\n2,-1\n", "line 2", "-1", ">= 0"),
        ("sum,count\n2,nan\n", "line 2", "nan", ">= 0"),
        ("sum,count\n2,inf\n", "line 2", "inf", ">= 0"),
        ("sum,count\n2,1\n0,1\n2,4\n", "line 4", 2, "one row per sum"),
        ("sum,count\n", "column count", 0, "above 0"),
        ("sum,count\n2,0\n", "column count", 0, "above 0"),
        ("sum,count\n2,1e308\n0,1e308\n", "column count", float("inf"), "finite"),
    ],
)
def test_bad_file(tmp_path, text, key, value, allowed):
    path = tmp_path / "sums.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_histogram(path, EVEN)
    error = caught.value
    assert (error.file, error.key, error.value) == (str(path), key, value)
    assert allowed in str(error.allowed)


def test_every_integer_is_a_sum_where_rows_can_be_inactive(tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("sum,count\n1,1\n9,1\n")
    with pytest.raises(InputError) as caught:
        read_histogram(path, np.arange(-4, 5))
    assert (caught.value.key, caught.value.value) == ("line 3", "9")
    assert "every integer" in str(caught.value.allowed)


@pytest.mark.parametrize("content", [None, b"sum,count\n\xff,1\n"])
def test_unreadable_file(tmp_path, content):
    path = tmp_path / "sums.csv"
    if content:
        path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_histogram(path, EVEN)
    assert caught.value.file == str(path)
