"""What a run leaves: its tables, its manifest, and what determines it."""
