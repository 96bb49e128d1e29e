#!/usr/bin/env python3
"""Writes checked.nir: one matrix in a compressed chunk with a checksum (fletcher32), which few models have.

Needs numpy and h5py. The same file in every run.
"""
import os
import h5py
import numpy as np

with h5py.File(os.path.join(os.path.dirname(os.path.abspath(__file__)), "checked.nir"), "w") as file:
    file.create_dataset("weight", data=np.arange(6.0).reshape(2, 3), compression="gzip", fletcher32=True,
                        track_times=False)
