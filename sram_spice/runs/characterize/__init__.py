"""The main job: levels, references and code probabilities of one design."""
