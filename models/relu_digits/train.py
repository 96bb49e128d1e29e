#!/usr/bin/python3
"""Trains the ReLU network of this folder on the digits of ../digits and writes cnn.onnx and calibration.npy.

    /usr/bin/python3 models/relu_digits/train.py

Pixels enter as p / 16. The test images are those of ../digits (the same split).
"""
import pathlib

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

HERE = pathlib.Path(__file__).parent


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    digits = load_digits()
    x = (digits.data / 16).astype(np.float32).reshape(-1, 1, 8, 8)
    train_x, test_x, train_y, test_y = train_test_split(
        x, digits.target, test_size=360, random_state=0, stratify=digits.target)
    assert (np.load(HERE.parent / "digits" / "test_labels.npy") == test_y).all()
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64, 10))
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    for _ in range(20):
        net.train()
        for batch in torch.randperm(len(train_x)).split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(torch.tensor(train_x[batch])), torch.tensor(train_y[batch]))
            loss.backward()
            optimizer.step()
    net.eval()
    with torch.no_grad():
        right = (net(torch.tensor(test_x)).argmax(1).numpy() == test_y).mean()
    print(f"test accuracy {100 * right:.2f} %")
    np.save(HERE / "calibration.npy", train_x[:200, 0].reshape(200, 64))
    torch.onnx.export(net, torch.tensor(test_x[:1]), str(HERE / "cnn.onnx"), input_names=["x"], output_names=["y"],
                      opset_version=13, dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})


if __name__ == "__main__":
    main()
