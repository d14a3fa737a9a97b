"""examples/cifar10: networks whose sums a column can have, and training that goes on."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
FOLDER = Path(__file__).parents[1] / "examples" / "cifar10"
SMALL = (64, 64, 64, 64)


@pytest.fixture(scope="module")
def train() -> Iterator[ModuleType]:
    """The script, imported as it imports its neighbours."""
    sys.path.insert(0, str(FOLDER))
    import train

    yield train
    sys.path.remove(str(FOLDER))
    for name in ("train", "images", "networks"):
        del sys.modules[name]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 256 images of noise for each part."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(1)
    for part in ("train", "test"):
        rows = []
        for pixels in rng.integers(0, 256, (256, 32, 32, 3), dtype=np.uint8):
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, "PNG")
            rows.append({"bytes": buffer.getvalue(), "path": None})
        labels = rng.integers(0, 10, 256)
        pq.write_table(pa.table({"img": rows, "label": labels}), folder / f"{part}.parquet")
    return folder


@pytest.mark.parametrize(("name", "low"), [("xnor_vgg", -1), ("hbnn_vgg", 0)])
def test_sums_are_those_of_a_column(train: ModuleType, name: str, low: int) -> None:
    # Counted with whole numbers: every input 1 or `low`, also at the edge, every weight +1 or -1.
    model = train.network(train.KINDS[name], SMALL).eval()
    layer = model[3]
    met = []
    layer.register_forward_hook(lambda _, inputs, output: met.extend([inputs[0], output]))
    with torch.no_grad():
        model(torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
        weights = layer.signs()
    x, sums = (tensor.numpy().astype(int) for tensor in met)
    assert set(np.unique(x)) == {low, 1}
    assert set(np.unique(weights.numpy())) == {-1.0, 1.0}
    padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=low)
    patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    own = np.einsum("nchwij,ocij->nohw", patches, weights.numpy().astype(int))
    assert np.array_equal(sums, own)
    assert np.array_equal(met[1].numpy(), own)  # whole numbers


def test_images_move_and_mirror(train: ModuleType) -> None:
    # Each pixel its own number: an inner pixel of the result says where it came from.
    pixels = torch.arange(1024).reshape(1, 1, 32, 32).expand(200, 3, 32, 32)
    varied = train.varied(pixels, torch.Generator().manual_seed(1))[:, 0]
    found = ((varied * 0.2470 + 0.4914) * 255).round().long()
    steps = (found[:, 16, 17] - found[:, 16, 16]).unique()
    assert steps.tolist() == [-1, 1]
    rows, columns = found[:, 16, 16] // 32, found[:, 16, 16] % 32
    assert (rows.min(), rows.max()) == (12, 20)
    assert (columns.min(), columns.max()) == (11, 20)  # mirrored: 15 is in the middle


@pytest.mark.slow
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(
    train: ModuleType, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = train.network
    monkeypatch.setattr(train, "network", lambda kind: network(kind, SMALL))

    def run(folder: Path) -> dict[str, object]:
        arguments = ["--network", "xnor_vgg", "--data", str(data), "--state", str(folder)]
        monkeypatch.setattr(sys, "argv", ["train.py", *arguments, "--epochs", "2"])
        train.main()
        return torch.load(folder / "xnor_vgg_2_1.pt", weights_only=True)

    whole = run(tmp_path / "whole")
    save, saved = train.save, []

    def interrupted(path: Path, state: dict[str, object]) -> None:
        save(path, state)
        saved.append(path)
        if len(saved) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(train, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "twice")
    resumed = run(tmp_path / "twice")
    assert len(resumed["rows"]) == 2
    for one, other in zip(whole["model"].values(), resumed["model"].values(), strict=True):
        assert torch.equal(one, other)
