"""Lava processes of a compiled network. Lava runs every .py file of this folder, so nothing else may live here."""
