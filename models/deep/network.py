"""A deep network of leaky integrate-and-fire neurons in torch: the model that train.py trains.

Neuron, per time step t (Micheli et al. 2024, equation 13; the reset comes one step late, and subtracts):

    u[t] = W x[t] + beta u[t-1] - theta s[t-1],      s[t] = (u[t] > theta)

The readout has no threshold and no leak; the answer is its greatest potential after the last step.
"""
import torch

BETA, THETA, STEPS = 0.5, 1.0, 3


class FastSigmoid(torch.autograd.Function):
    """Step function forwards; backwards 1 / (1 + 2 |u - theta|)^2, which is nowhere zero: 1/9 at u = 0."""

    @staticmethod
    def forward(ctx, distance):
        ctx.save_for_backward(distance)
        return (distance > 0).float()

    @staticmethod
    def backward(ctx, grad):
        (distance,) = ctx.saved_tensors
        return grad / (1.0 + 2.0 * distance.abs()) ** 2


class Triangle(torch.autograd.Function):
    """Backwards max(0, 1 - |u - theta|): exactly zero for a neuron that stands still at u = 0."""

    @staticmethod
    def forward(ctx, distance):
        ctx.save_for_backward(distance)
        return (distance > 0).float()

    @staticmethod
    def backward(ctx, grad):
        (distance,) = ctx.saved_tensors
        return grad * (1.0 - distance.abs()).clamp(min=0.0)


SURROGATES = {"fast-sigmoid": FastSigmoid, "triangle": Triangle}


class OnGrid(torch.autograd.Function):
    """Rounds to whole multiples -127..127 of a step; backwards as if it had not."""

    @staticmethod
    def forward(ctx, weight, step):
        return (weight / step).round().clamp(-127, 127) * step

    @staticmethod
    def backward(ctx, grad):
        return grad, None


class Deep(torch.nn.Module):
    """weights: one matrix [outputs, inputs] per layer, the last one the readout's. grid: see OnGrid, one step
    per layer, or None for plain weights."""

    def __init__(self, weights, surrogate, grid=None):
        super().__init__()
        self.weights = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(w)) for w in weights])
        self.spike = SURROGATES[surrogate].apply
        self.grid = grid

    def used_weights(self):
        if self.grid is None:
            return list(self.weights)
        return [OnGrid.apply(w, step) for w, step in zip(self.weights, self.grid)]

    def forward(self, images):
        """images [batch, inputs], shown in every step. Returns the readout's potential after the last step, and
        per hidden layer the mean over images and neurons of the spikes in each step [STEPS]."""
        weights = self.used_weights()
        hidden = weights[:-1]
        u = [torch.zeros(len(images), len(w)) for w in hidden]
        s = [torch.zeros(len(images), len(w)) for w in hidden]
        readout = torch.zeros(len(images), len(weights[-1]))
        first = images @ weights[0].T
        rates = torch.zeros(len(hidden), STEPS)
        for t in range(STEPS):
            x = first
            for l in range(len(hidden)):
                current = x if l == 0 else x @ hidden[l].T
                # The reset passes no gradient on, as usual (Zenke and Vogels 2021).
                u[l] = current + BETA * u[l] - THETA * s[l].detach()
                s[l] = x = self.spike(u[l] - THETA)
                rates[l, t] = x.detach().mean()
            readout = readout + x @ weights[-1].T
        return readout, rates
