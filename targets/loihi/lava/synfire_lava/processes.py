"""The neuron that stock Lava does not have: soft reset in the next step or at once, hard reset to a value, refractory
period, every register with its own overflow, one parameter set per neuron.

The arithmetic is that of the toolchain's emulator, operation by operation and in the same order:

    a = wrap22(sum << 6)
    u = wrap24(dec(u, decay_u) + a)
    held > 0:  held -= 1, v stays
    otherwise: v = clamp24(dec(v, decay_v) + wrap24(u + bias) - amount * [v > threshold])   the last term: soft, next step
    v > threshold: spike; v = amount (hard) or v = clamp24(v - amount) (soft, at once); held = refractory

with dec(x, d) = sign(x) * (|x| * (4096 - d) >> 12). Between samples, and before a sample's first spike has come through
the layers in front, the neuron is silent and its state does not change.
"""
import numpy as np
from lava.magma.core.decorator import implements, requires, tag
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.model.py.ports import PyInPort, PyOutPort
from lava.magma.core.model.py.type import LavaPyType
from lava.magma.core.process.ports.ports import InPort, OutPort
from lava.magma.core.process.process import AbstractProcess
from lava.magma.core.process.variable import Var
from lava.magma.core.resources import CPU
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol

NO_RESET, TO_VALUE, SUBTRACT_AT_ONCE, SUBTRACT_NEXT_STEP = range(4)


class ExactLIF(AbstractProcess):
    """decay_u, decay_v (2^-12), bias, threshold, amount, initial_v: int32 arrays of `shape`, in units of u and v (nothing
    is shifted). reset: one of the four constants above. refractory: steps for which v is held after a spike.
    first_step: Lava time step (from 1) of a sample's first step; period: steps from sample to sample; steps: steps of a
    sample. registers: 'loihi', or 'lava' for what stock Lava overflows like: only u, and that once."""

    def __init__(self, *, shape, decay_u, decay_v, bias, threshold, amount, initial_v, reset, refractory, first_step,
                 period, steps, registers='loihi'):
        super().__init__(shape=shape, reset=reset, refractory=refractory, first_step=first_step, period=period,
                         steps=steps, registers=registers)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.u = Var(shape=shape, init=0)
        self.v = Var(shape=shape, init=initial_v)
        self.held = Var(shape=shape, init=0)
        self.initial_v = Var(shape=shape, init=initial_v)
        self.decay_u = Var(shape=shape, init=decay_u)
        self.decay_v = Var(shape=shape, init=decay_v)
        self.bias = Var(shape=shape, init=bias)
        self.threshold = Var(shape=shape, init=threshold)
        self.amount = Var(shape=shape, init=amount)


def decay_toward_zero(x, d):
    return np.sign(x) * ((np.abs(x) * (4096 - d)) >> 12)


def wrap(x, bits):
    half = 1 << (bits - 1)
    return ((x + half) & (2 * half - 1)) - half


def wrap_once(x):
    return np.where(x > 1 << 23, x - (1 << 24), np.where(x <= -(1 << 23), x + (1 << 24), x))


def clamp(x, bits):
    limit = (1 << (bits - 1)) - 1
    return np.clip(x, -limit, limit)


@implements(proc=ExactLIF, protocol=LoihiProtocol)
@requires(CPU)
@tag('fixed_pt')
class PyExactLIF(PyLoihiProcessModel):
    a_in: PyInPort = LavaPyType(PyInPort.VEC_DENSE, np.int32)
    s_out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int32)
    u: np.ndarray = LavaPyType(np.ndarray, np.int32)
    v: np.ndarray = LavaPyType(np.ndarray, np.int32)
    held: np.ndarray = LavaPyType(np.ndarray, np.int32)
    initial_v: np.ndarray = LavaPyType(np.ndarray, np.int32)
    decay_u: np.ndarray = LavaPyType(np.ndarray, np.int32)
    decay_v: np.ndarray = LavaPyType(np.ndarray, np.int32)
    bias: np.ndarray = LavaPyType(np.ndarray, np.int32)
    threshold: np.ndarray = LavaPyType(np.ndarray, np.int32)
    amount: np.ndarray = LavaPyType(np.ndarray, np.int32)

    def run_spk(self):
        total = self.a_in.recv().astype(np.int64)  # received in every step, or the sender would wait for ever
        parameters = self.proc_params
        clock = self.time_step - parameters['first_step']
        phase = clock % parameters['period']
        if clock < 0 or phase >= parameters['steps']:
            self.s_out.send(np.zeros(self.v.shape, np.int32))
            return
        if phase == 0:
            self.u[:] = 0
            self.v[:] = self.initial_v
            self.held[:] = 0
        self.s_out.send(self.step(total, **{k: parameters[k] for k in ('reset', 'refractory', 'registers')}).astype(np.int32))

    def step(self, total, reset, refractory, registers):
        of_chip = registers == 'loihi'
        a = wrap(total << 6, 22) if of_chip else total << 6
        u = decay_toward_zero(self.u.astype(np.int64), self.decay_u.astype(np.int64)) + a
        u = wrap(u, 24) if of_chip else wrap_once(u)
        v = self.v.astype(np.int64)
        drive = wrap(u + self.bias, 24) if of_chip else u + self.bias
        if reset == SUBTRACT_NEXT_STEP:
            drive = drive - self.amount * (v > self.threshold)
        free = self.held == 0
        v = np.where(free, clamp(decay_toward_zero(v, self.decay_v.astype(np.int64)) + drive, 24), v)
        spikes = free & (v > self.threshold)
        if reset == TO_VALUE:
            v = np.where(spikes, self.amount, v)
        if reset == SUBTRACT_AT_ONCE:
            v = np.where(spikes, clamp(v - self.amount, 24), v)
        self.u[:] = u
        self.v[:] = v
        self.held[:] = np.where(spikes, refractory, np.where(free, 0, self.held - 1))
        return spikes
