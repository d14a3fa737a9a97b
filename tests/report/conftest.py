from dataclasses import replace
from pathlib import Path

import pytest

from sram_spice.report.figure_file import FigureFile
from sram_spice.report.figures import write_figures
from sram_spice.report.run import Run
from tests.report.synthetic import make_run


@pytest.fixture(scope="session")
def run_8t() -> Run:
    return make_run()


@pytest.fixture(scope="session")
def run_6t() -> Run:
    return make_run("6t")


@pytest.fixture(scope="session")
def written_8t(run_8t: Run, tmp_path_factory: pytest.TempPathFactory) -> list[FigureFile]:
    return _write(run_8t, tmp_path_factory.mktemp("figures_8t"))


@pytest.fixture(scope="session")
def written_6t(run_6t: Run, tmp_path_factory: pytest.TempPathFactory) -> list[FigureFile]:
    return _write(run_6t, tmp_path_factory.mktemp("figures_6t"))


def _write(run: Run, folder: Path) -> list[FigureFile]:
    return write_figures(replace(run, folder=folder))
