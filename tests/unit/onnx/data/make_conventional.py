#!/usr/bin/env python3
"""Writes conventional/*.onnx and conventional.npz: ReLU networks with random weights as torch exports them, with inputs x
and outputs y. Needs torch 1.13 and numpy. Seeded."""
import os
import numpy as np
import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = {}


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = (nn.Conv2d(i, 4, 3, padding=1) for i in (1, 4, 4))
        self.out = nn.Linear(64, 5)

    def forward(self, x):
        h = torch.relu(self.a(x))
        h = torch.relu(self.c(torch.relu(self.b(h))) + h)
        return self.out(torch.max_pool2d(h, 2).flatten(1))


class Logarithmic(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 5, bias=False))

    def forward(self, x):
        return torch.log_softmax(self.net(x.view(-1, 64)), 1)


def main():
    relu, conv = nn.ReLU, lambda a, b, **k: nn.Conv2d(a, b, 3, padding=1, **k)
    models = {
        "mlp": (nn.Sequential(nn.Linear(12, 16), relu(), nn.Linear(16, 8), relu(), nn.Linear(8, 5)), (12,)),
        "mlp_norm": (nn.Sequential(nn.Linear(12, 16), nn.BatchNorm1d(16), relu(), nn.Dropout(0.2), nn.Linear(16, 5), nn.Softmax(1)), (12,)),
        "max": (nn.Sequential(conv(1, 4), nn.BatchNorm2d(4), relu(), nn.MaxPool2d(2), conv(4, 6), relu(), nn.MaxPool2d(3, 2, 1), nn.Flatten(), nn.Linear(24, 5)), (1, 8, 8)),
        "max_first": (nn.Sequential(conv(1, 4), nn.MaxPool2d(2), relu(), conv(4, 6), nn.MaxPool2d(2), relu(), nn.Flatten(), nn.Linear(24, 5)), (1, 8, 8)),
        "mean": (nn.Sequential(conv(1, 4), relu(), nn.AvgPool2d(2, padding=1), conv(4, 6), relu(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)), (1, 8, 8)),
        "bounded": (nn.Sequential(conv(1, 4, stride=2), nn.ReLU6(), conv(4, 4, groups=4), nn.Hardtanh(0, 0.3), nn.Flatten(), nn.Linear(64, 5), relu()), (1, 8, 8)),
        "residual": (Residual(), (1, 8, 8)),
        "logarithmic": (Logarithmic(), (1, 8, 8)),
    }
    os.makedirs(os.path.join(HERE, "conventional"), exist_ok=True)
    for seed, (name, (network, shape)) in enumerate(models.items()):
        torch.manual_seed(seed)
        for one in network.modules():
            if isinstance(one, (nn.Linear, nn.Conv2d)):
                nn.init.normal_(one.weight, 0, 1.5 / np.sqrt(one.weight[0].numel()))
            if isinstance(one, (nn.BatchNorm1d, nn.BatchNorm2d)):
                nn.init.uniform_(one.running_mean, -0.3, 0.3)
                nn.init.uniform_(one.running_var, 0.5, 2)
        network.eval()
        x = torch.rand(20, *shape)
        with torch.no_grad():
            y = network(x)
        torch.onnx.export(network, x[:1], os.path.join(HERE, "conventional", name + ".onnx"), input_names=["x"],
                          output_names=["y"], opset_version=13, dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})
        RECORDED[name + "_x"], RECORDED[name + "_y"] = x.numpy().reshape(20, -1), y.numpy()
    np.savez_compressed(os.path.join(HERE, "conventional.npz"), **RECORDED)


if __name__ == "__main__":
    main()
