"""A run read from its folder, its figures and its page; nothing in here simulates."""
