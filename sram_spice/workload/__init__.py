"""What a column computes: the plane of levels (n_plus, n_minus), and how often each occurs."""

from sram_spice.workload.level_interpolation import interpolate_levels
from sram_spice.workload.of_design import level_distribution
from sram_spice.workload.sum_distribution import SumDistribution, from_histogram, independent

__all__ = [
    "SumDistribution",
    "from_histogram",
    "independent",
    "interpolate_levels",
    "level_distribution",
]
