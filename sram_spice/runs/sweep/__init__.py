"""The main job over a grid of designs, point by point, resumable."""
