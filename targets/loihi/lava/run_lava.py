#!/usr/bin/env python3
"""Runs the compiled network of this folder on Lava's fixed-point CPU model. Needs lava-nc and numpy, nothing else.

    run_lava.py INPUT.npy OUT_DIR                  one network input: [T, ...] or [B, T, ...]
    run_lava.py NAME=X.npy NAME=Y.npy OUT_DIR      several network inputs
    --trace                                        also u and v after every step
    --hw                                           on Loihi 2 in place of the CPU; needs Intel's extension of Lava

Writes <population>.s.npy (uint8, [B,] T x n), with --trace .u.npy and .v.npy (int32), and run.json. Lava needs one step
for every synapse that a spike crosses; the rows are moved back by that shift, so that row k of every population is what
the emulator computes in step k. The samples of a batch run one after the other, each from the initial state.
"""
import argparse
import json
import os
import sys

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc import io
from lava.proc.dense.process import Dense, DelayDense
from lava.proc.lif.process import LIFReset
from lava.proc.monitor.process import Monitor
from lava.utils.weightutils import SignMode
from synfire_lava.processes import NO_RESET, SUBTRACT_AT_ONCE, SUBTRACT_NEXT_STEP, TO_VALUE, ExactLIF

RESETS = {'none': NO_RESET, 'to_value': TO_VALUE, 'subtract_at_once': SUBTRACT_AT_ONCE,
          'subtract_next_step': SUBTRACT_NEXT_STEP}
GRADED_BITS = 24  # of a number that travels with a spike
RANGES = {'spikes': (0, 1), 'counts': (0, 255), 'whole numbers': (-(1 << 15), (1 << 15) - 1)}
HERE = os.path.dirname(os.path.abspath(__file__))


def read_samples(path, entry):
    """[B, T, n] int32, and whether the file has a batch axis. entry: the network input's row of lava_network.json."""
    x = np.load(path, allow_pickle=False)
    shape, n = tuple(entry['shape']), int(np.prod(entry['shape'], dtype=np.int64))
    batch = None
    for tail in (shape, (n,)):
        for extra in (1, 2):
            if x.ndim == len(tail) + extra and x.shape[extra:] == tail:
                batch = extra == 2
    if batch is None:
        sys.exit(f"{path}: shape {list(x.shape)} does not fit input '{entry['name']}'\n"
                 f"  expected: [T, {n}], [B, T, {n}] or the same with {list(shape)} in place of {n}")
    whole = np.rint(x).astype(np.int64)
    low, top = RANGES[entry['kind']]
    if not np.array_equal(whole, x) or whole.min(initial=0) < low or whole.max(initial=0) > top:
        sys.exit(f"{path}: input '{entry['name']}' takes whole numbers {low}..{top}\n"
                 f"  hint: encode real values as spikes first")
    steps = x.shape[1 if batch else 0]
    samples = x.shape[0] if batch else 1
    if steps == 0 or samples == 0:
        sys.exit(f'{path}: no time steps')
    return whole.reshape(samples, steps, n).astype(np.int32), batch


def per_neuron(value, n):
    """int32 [n] of one value or a list."""
    return np.broadcast_to(np.asarray(value, dtype=np.int32), (n,)).copy()


def make_population(p, steps, period, registers):
    n = int(np.prod(p['shape'], dtype=np.int64))
    first_step = int(p['shift']) + 1
    if p['process'] == 'LIFReset':
        mantissa, exponent = (per_neuron(p[key], n) for key in ('bias_mantissa', 'bias_exponent'))
        return LIFReset(shape=(n,), du=int(p['decay_u']) - 1, dv=int(p['decay_v']), vth=int(p['threshold_mantissa']),
                        bias_mant=mantissa, bias_exp=exponent, reset_interval=period,
                        reset_offset=first_step % period)
    arrays = {key: per_neuron(p[key], n)
              for key in ('decay_u', 'decay_v', 'bias', 'threshold', 'amount', 'initial_v')}
    return ExactLIF(shape=(n,), reset=RESETS[p['reset']], refractory=int(p['refractory_steps']), first_step=first_step,
                    period=period, steps=steps, registers=registers, **arrays)


def make_synapses(c):
    weights = np.load(os.path.join(HERE, c['weights']), allow_pickle=False).astype(np.int32)
    common = dict(weights=weights, weight_exp=int(c['weight_exponent']), num_weight_bits=int(c['weight_bits']),
                  sign_mode=SignMode[c['sign_mode']], num_message_bits=GRADED_BITS if c['graded'] else 0)
    if c['lava_delay'] == 0:
        return Dense(**common)
    return DelayDense(delays=np.full(weights.shape, c['lava_delay'], dtype=int), max_delay=int(c['lava_delay']), **common)


def run(network, samples, trace, config):
    """samples: one [B, T, n] array per network input. Returns one dict of [B, T, n] arrays per population."""
    batch, steps = samples[0].shape[:2]
    period = steps + network['longest_delay']  # spikes under way at a sample's end arrive before the next one starts
    total = batch * period + max(p['shift'] for p in network['populations'])
    sources = []
    for x in samples:
        rows = np.zeros((total, x.shape[2]), np.int32)
        for b in range(batch): rows[b * period:b * period + steps] = x[b]
        sources.append(io.source.RingBuffer(data=np.ascontiguousarray(rows.T)))
    populations = [make_population(p, steps, period, network['registers']) for p in network['populations']]
    for c in network['connections']:
        synapses = make_synapses(c)
        kind, index = c['source']
        (sources if kind == 'input' else populations)[index].s_out.connect(synapses.s_in)
        synapses.a_out.connect(populations[c['target']].a_in)
    sinks, monitors = [], []
    for p in populations:
        sink = io.sink.RingBuffer(shape=p.s_out.shape, buffer=total)
        p.s_out.connect(sink.a_in)
        sinks.append(sink)
        watched = {}
        for name in ('u', 'v') if trace else ():
            watched[name] = Monitor()
            watched[name].probe(getattr(p, name), total)
        monitors.append(watched)
    populations[0].run(condition=RunSteps(num_steps=total), run_cfg=config)
    results = []
    for p, sink, watched in zip(network['populations'], sinks, monitors):
        rows = {name: monitor.var_read_0.get() for name, monitor in watched.items()}
        if p['spiking']: rows['s'] = np.moveaxis(sink.data.get(), -1, 0)
        types = {'s': np.uint8, 'u': np.int32, 'v': np.int32}
        results.append({name: np.stack([values.reshape(total, -1)[first:first + steps] for first in
                                        range(p['shift'], p['shift'] + batch * period, period)]).astype(types[name])
                        for name, values in rows.items()})
    populations[0].stop()
    return results


def write(network, results, batch, folder):
    os.makedirs(folder, exist_ok=True)
    rows = []
    for p, arrays in zip(network['populations'], results):
        files = {}
        for name in sorted(arrays):
            files[name] = f"{p['file']}.{name}.npy"
            np.save(os.path.join(folder, files[name]), arrays[name] if batch else arrays[name][0])
        rows.append({'name': p['name'], 'shape': p['shape'], 'spiking': p['spiking'], 'delay_shift': 0, 'files': files})
    with open(os.path.join(folder, 'run.json'), 'w') as f:
        json.dump({'engine': 'lava', 'populations': rows}, f, indent=2)
        f.write('\n')


def read_inputs(arguments, network):
    """One [B, T, n] array per network input, in the network's order, and whether they have a batch axis."""
    inputs = network['inputs']
    if len(inputs) == 1 and len(arguments) == 1 and not arguments[0].startswith(inputs[0]['name'] + '='):
        arguments = [inputs[0]['name'] + '=' + arguments[0]]
    paths = dict(a.split('=', 1) for a in arguments if '=' in a)
    names = [entry['name'] for entry in inputs]
    if sorted(paths) != sorted(names) or len(arguments) != len(inputs):
        sys.exit('inputs: expected ' + ' '.join(f'{name}=FILE.npy' for name in names))
    read = [read_samples(paths[entry['name']], entry) for entry in inputs]
    if len({(x.shape[:2], b) for x, b in read}) != 1:
        sys.exit('inputs: all inputs need the same number of samples and steps')
    return [x for x, _ in read], read[0][1]


def hardware_config(network):
    """Stock neurons alone run there: ExactLIF has a model for the CPU and none in microcode."""
    exact = [p['name'] for p in network['populations'] if p['process'] == 'ExactLIF']
    if exact:
        sys.exit(f"--hw: {', '.join(exact)}: Loihi 2 has no microcode for these neurons (run_lava.py: ExactLIF)\n"
                 f"  hint: compile with --hard-reset, or leave out --hw")
    from lava.magma.core import run_configs
    if not hasattr(run_configs, 'CLoihiProcessModel'):
        sys.exit("--hw: this Lava is without Intel's extension for Loihi 2\n  hint: leave out --hw")
    return run_configs.Loihi2HwCfg()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('inputs', nargs='+', metavar='INPUT.npy')
    parser.add_argument('out', metavar='OUT_DIR')
    parser.add_argument('--trace', action='store_true')
    parser.add_argument('--hw', action='store_true')
    arguments = parser.parse_args()
    with open(os.path.join(HERE, 'lava_network.json')) as f:
        network = json.load(f)
    samples, batch = read_inputs(arguments.inputs, network)
    config = hardware_config(network) if arguments.hw else Loihi2SimCfg(select_tag='fixed_pt')
    write(network, run(network, samples, arguments.trace, config), batch, arguments.out)


if __name__ == '__main__':  # required: Lava starts its processes by importing this file again
    main()
