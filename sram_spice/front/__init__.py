"""What `import sram_spice` offers; the command line is a thin layer over it."""
