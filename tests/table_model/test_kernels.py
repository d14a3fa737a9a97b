"""Compiled loops, features and roles against plain NumPy and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial.polynomial import polyval2d
from scipy.ndimage import spline_filter
from scipy.optimize import fsolve

from sram_spice.column.levels import NominalLevel
from sram_spice.errors import InputError
from sram_spice.generators import cell_of, levels_of
from sram_spice.generators.rows import RowGroup
from sram_spice.simulation import Status
from sram_spice.table_model import ColumnTables, check_supported, is_static
from sram_spice.table_model.cell_currents import CellCurrents
from sram_spice.table_model.cell_groups import level_groups
from sram_spice.table_model.cell_kernel import PLANES, transistor_current
from sram_spice.table_model.cell_table import CellTable, fit_currents
from sram_spice.table_model.features import SCALE
from sram_spice.table_model.kernels import (
    INSIDE,
    OUTSIDE,
    cell_trips,
    power_sums,
    solve_polynomials,
)
from sram_spice.table_model.oriented_rows import oriented_rows
from sram_spice.table_model.row_orientation import row_orientation
from sram_spice.table_model.running_sums import sum_rows
from sram_spice.table_model.silicon import draw_silicon
from sram_spice.table_model.table_points import interpolation_matrix, mismatch_points
from sram_spice.table_model.tables import cell_features

# Slow where the kernels are not compiled yet.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tables at rest")]


def terms_of(features):
    f = features
    return np.array([f.first, f.first_power, f.second, f.second_power]).T.copy()


@pytest.mark.parametrize("rows", [1, 7, 64])
def test_power_sums_are_sums_of_features(make_design, rows):
    features = cell_features(cell_of(make_design("8t_xnor")), active=True)
    z = np.random.default_rng(1).standard_normal((5, features.roles, rows))
    sums, largest = np.empty((5, len(features))), np.zeros(5)
    every = np.arange(len(features))
    power_sums(z, SCALE, features.degrees, terms_of(features), every, sums, largest)
    expected = [features.evaluate(column.T).sum(axis=0) for column in z]
    np.testing.assert_allclose(sums, expected, rtol=1e-11, atol=1e-11)
    np.testing.assert_array_equal(largest, np.abs(z).max(axis=(1, 2)))
    assert (sums[:, 0] == rows).all()


def test_every_cell_has_its_trip(make_design):
    features = cell_features(cell_of(make_design("6t")), active=True)
    generator = np.random.default_rng(2)
    z = generator.standard_normal((4, features.roles, 9))
    weight = np.zeros(len(features))
    weight[features.low_order] = generator.standard_normal(features.low_order.size)
    found = np.empty((4, 9))
    cell_trips(z, SCALE, terms_of(features), weight, found)
    expected = [features.evaluate(column.T) @ weight for column in z]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("topology", ["6t", "8t_xnor"])
def test_running_sums_are_those_of_every_level(make_design, topology):
    """Differences of running sums against the sum over the cells of each level by itself."""
    design = make_design(topology, "column.rows=6")
    silicon = draw_silicon(design, 3, range(4))
    running = sum_rows(oriented_rows(design), silicon)
    blank = CellTable(*(np.zeros(1) for _ in range(5)))
    tables = ColumnTables(blank, blank, None, None, None)
    for n_plus, n_minus in levels_of(cell_of(design), 6):
        level = NominalLevel(n_plus, n_minus, Status.OK, 0.5, 0.5, None)
        groups = level_groups(tables, design, level)
        found = running.of_level(groups, n_plus, n_minus)
        expected = [
            np.stack(
                [
                    g.features.evaluate(column.T).sum(axis=0)
                    for column in silicon.of_group(g.devices)
                ]
            )
            for g in groups
        ]
        cells = np.concatenate(expected, axis=1)
        np.testing.assert_allclose(found[:, : cells.shape[1]], cells, rtol=1e-10, atol=1e-10)


def test_a_spline_of_currents_and_its_slopes():
    """Against a polynomial that cubic splines hold exactly away from the edges."""
    low, step, n = -0.1, 0.05, 30
    axis = low + step * np.arange(n)
    x, y = np.meshgrid(axis, axis, indexing="ij")
    planes = np.zeros((n, n, PLANES))
    planes[..., 0] = spline_filter(1 + 2 * x - y + x * y, order=3, mode="mirror")
    planes[..., 1] = spline_filter(0.5 * x**2, order=3, mode="mirror")
    powers = 0.3 ** np.arange(float(PLANES))
    value, dx, dy = transistor_current(planes, low, step, 0.52, 0.61, powers, np.empty(16))
    assert value == pytest.approx(1 + 1.04 - 0.61 + 0.52 * 0.61 + 0.15 * 0.52**2, abs=1e-5)
    assert dx == pytest.approx(2 + 0.61 + 0.3 * 0.52, abs=1e-4)
    assert dy == pytest.approx(-1 + 0.52, abs=1e-4)


def test_newton_finds_the_root_or_says_that_it_is_outside():
    expansion = np.zeros((3, 2, 3, 3))
    expansion[0, 0, 1, 0] = expansion[0, 1, 0, 1] = 1.0  # x, y
    expansion[0, 0, 1, 1] = expansion[0, 1, 2, 0] = 0.1  # bent
    expansion[1, 0, 0, 0] = expansion[2, 1, 0, 0] = 1.0  # shifted by the sums
    sums = np.array([[1.0, 0.3, -0.2], [1.0, 0.0, 0.0], [1.0, -2.0, 0.0]])
    solution, code = np.empty((3, 2)), np.empty(3, dtype=np.int64)
    solve_polynomials(sums @ expansion.reshape(3, -1), solution, code)
    poly = np.tensordot(sums[0], expansion, 1)
    root = fsolve(lambda v: [polyval2d(*v, p) for p in poly], [0.0, 0.0], xtol=1e-14)
    np.testing.assert_allclose(solution[0], root, atol=1e-12)
    assert code.tolist() == [INSIDE, INSIDE, OUTSIDE]


def test_rows_find_their_roles(make_design):
    """Column's 8T rows with input -1 work through the crossed pair."""
    cell = cell_of(make_design("8t_xnor"))
    names = [t.name for t in cell.transistors()]

    def named(weight, neuron):
        role = row_orientation(cell, RowGroup(weight, neuron))
        return role.mirrored, [names[i] for i in role.order]

    assert named(1, 1) == (False, names)
    mirror = ["pur", "pul", "pdr", "pdl", "axr", "axl", "cxr", "cxl"]
    assert named(-1, 1) == (True, mirror)
    assert named(-1, -1) == (False, ["pur", "pul", "pdr", "pdl", "cxr", "cxl", "axr", "axl"])
    assert named(1, -1) == (True, ["pul", "pur", "pdl", "pdr", "cxl", "cxr", "axl", "axr"])


def test_inactive_6t_rows_mirror_by_their_weight(make_design):
    cell = cell_of(make_design("6t"))
    kept, swapped = (row_orientation(cell, RowGroup(weight, 0)) for weight in (1, -1))
    assert (kept.active, kept.mirrored, kept.order) == (False, False, tuple(range(6)))
    assert (swapped.active, swapped.mirrored) == (False, True)
    assert swapped.order == (1, 0, 3, 2, 5, 4)


def test_a_cell_whose_halves_differ_is_refused(make_design):
    from dataclasses import replace

    class Lopsided(type(cell_of(make_design("6t")))):
        def transistors(self):
            first, *rest = super().transistors()
            return (replace(first, width=2 * first.width), *rest)

    with pytest.raises(InputError, match="halves"):
        row_orientation(Lopsided(make_design("6t").cell), RowGroup(-1, 1))


def test_interpolation_reproduces_quintics_and_never_extrapolates():
    axis = np.array([0.0, 0.1, 0.15, 0.3, 0.5, 0.6, 0.8, 1.0])
    at = np.array([0.0, 0.07, 0.55, 1.0])
    matrix = interpolation_matrix(axis, at)
    np.testing.assert_allclose(matrix @ axis**5, at**5, atol=1e-13)
    for outside in (-1e-6, 1.0 + 1e-6):
        with pytest.raises(ValueError, match="extrapolated"):
            interpolation_matrix(axis, np.array([outside]))


def test_points_where_cells_flip_are_not_valid(make_design):
    features = cell_features(cell_of(make_design("6t")), active=True)
    points = mismatch_points(features.roles, 250)
    weights = np.random.default_rng(4).standard_normal(len(features))
    current = features.evaluate(points.z) @ weights
    values = np.tile(current[:, None, None, None], (1, 8, 1, 2))
    values[:, :2] = np.nan  # all cells are lost here,
    values[: len(current) // 8, 2] = np.nan  # some here
    found, valid = fit_currents(CellCurrents(values), points, features)
    assert valid[:, 0].tolist() == [False, False, True, True, True, True, True, True]
    for row in range(8):  # from those that are left, or continued from above
        np.testing.assert_allclose(found[:, row, 0, 1], weights, atol=1e-8)


def test_levels_without_an_operating_point_are_for_spice(make_design):
    divider = make_design("8t_xnor", 'column.readout="divider"')
    check_supported(divider)
    assert is_static(divider, 32, 32)
    assert not is_static(divider, 64, 0)
    assert is_static(make_design("8t_xnor"), 64, 0)
