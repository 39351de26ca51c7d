/** Figures like those of a finished study, computed from simple functions. */
import type { Figure, Series } from '../../engine/step.ts';

/** The same numbers between 0 and 1 for the same seed. */
export function noise(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

function normal(random: () => number): number {
  return random() + random() + random() + random() + random() + random() - 3;
}

const range = (count: number, of: (k: number) => number): number[] =>
  Array.from({ length: count }, (_, k) => of(k));

export function frameTable(total: number): Figure {
  const kinds = ['bain', 'bcc', 'expanded', 'fcc', 'hot', 'liquid'];
  return {
    kind: 'table',
    id: 'frames',
    title: 'Frames by kind',
    caption: `${total} frames, ${17 * total} atoms, 2.6 core hours of DFT.`,
    columns: [
      { label: 'kind' },
      { label: 'train' },
      { label: 'validation' },
      { label: 'test' },
      { label: 'all' },
      { label: 'volume per atom', unit: 'Å³' },
    ],
    rows: kinds.map((kind, k) => [
      kind,
      { value: 10 + k },
      { value: 2 },
      { value: 3 },
      { value: 15 + k },
      `${(9.8 + k / 10).toFixed(1)}–13.${k}`,
    ]),
  };
}

export function learning(seed: number, members: number, updates: number): Figure[] {
  const random = noise(seed);
  const at = range(40, (k) => Math.round(updates * ((k + 1) / 40) ** 2) + 20);
  const curve = (floor: number, start: number): number[] =>
    at.map((u) => (floor + start / (1 + u / 300)) * (1 + 0.05 * normal(random)));
  const series = (floor: number): Series[] => [
    ...range(members, (k) => k).map(
      (k): Series => ({
        name: `member ${k + 1}`,
        mark: 'line',
        role: 'measured',
        x: at,
        y: curve(floor, 1.8),
      }),
    ),
    { name: 'labels’ RMS', mark: 'line', role: 'limit', x: [20, updates], y: [1.9, 1.9] },
  ];
  return [
    {
      kind: 'plot',
      id: 'forces',
      title: 'Force error while learning',
      caption: 'On validation frames, which no update sees.',
      x: { label: 'updates', scale: 'log' },
      y: { label: 'force RMSE', unit: 'eV/Å', scale: 'log' },
      series: series(0.21),
    },
    {
      kind: 'plot',
      id: 'energies',
      title: 'Energy error while learning',
      caption: 'On validation frames, which no update sees.',
      x: { label: 'updates', scale: 'log' },
      y: { label: 'energy RMSE', unit: 'eV/atom', scale: 'log' },
      series: series(0.012),
    },
  ];
}

export function parity(seed: number, spread: number): Figure[] {
  const random = noise(seed);
  const truth = range(900, () => 1.4 * normal(random));
  const energies = range(22, () => -8.2 + 0.25 * normal(random));
  const deviations = range(70, () => 0.05 + 0.5 * random());
  return [
    {
      kind: 'plot',
      id: 'forces-none',
      title: 'Force components, test frames without spin',
      x: { label: 'DFT', unit: 'eV/Å' },
      y: { label: 'potential', unit: 'eV/Å' },
      parity: true,
      series: [
        {
          name: 'test frames',
          mark: 'dots',
          role: 'measured',
          x: truth,
          y: truth.map((f) => f + spread * normal(random)),
        },
      ],
    },
    {
      kind: 'plot',
      id: 'energies-none',
      title: 'Energies, test frames without spin',
      x: { label: 'DFT', unit: 'eV/atom' },
      y: { label: 'potential', unit: 'eV/atom' },
      parity: true,
      series: [
        {
          name: 'test frames',
          mark: 'dots',
          role: 'measured',
          x: energies,
          y: energies.map((e) => e + 0.05 * spread * normal(random)),
          error: energies.map(() => 0.02),
        },
      ],
    },
    {
      kind: 'table',
      id: 'errors',
      title: 'Errors on test frames',
      caption: 'Force RMSE beside the RMS of the labels; errors by bootstrap over frames.',
      columns: [
        { label: 'frames' },
        { label: 'n' },
        { label: 'energy', unit: 'meV/atom' },
        { label: 'force', unit: 'eV/Å' },
        { label: 'labels’ RMS', unit: 'eV/Å' },
        { label: 'pressure', unit: 'GPa' },
      ],
      rows: ['bcc', 'fcc', 'hot', 'liquid'].map((kind, k) => [
        kind,
        { value: k === 3 ? 9 : 3 },
        { value: 8.13 + k, error: k === 3 ? 1.234 : null },
        { value: spread * (1 + k / 10), error: k === 3 ? 0.0213 : null },
        { value: 1.93 - k / 7 },
        { value: 1.4 + k / 3 },
      ]),
    },
    {
      kind: 'plot',
      id: 'deviation',
      title: 'Does the committee know where it errs?',
      x: { label: 'committee deviation', unit: 'eV/Å' },
      y: { label: 'force error', unit: 'eV/Å' },
      series: [
        {
          name: 'frames',
          mark: 'dots',
          role: 'measured',
          x: deviations,
          y: deviations.map((d) => Math.abs(d * (1 + 0.3 * normal(random)))),
        },
      ],
    },
  ];
}

export function energyVolume(structure: string, minimum: number, shift: number): Figure[] {
  const energy = (v: number): number => 0.045 * (v - minimum) ** 2 * (1 - 0.06 * (v - minimum));
  const x = range(41, (k) => 9.2 + k * 0.13);
  const cells = range(7, (k) => 9.6 + k * 0.7);
  return [
    {
      kind: 'plot',
      id: 'energy-volume',
      title: `Energy of ${structure} over volume`,
      caption: 'At 0 K, relative to DFT’s minimum; the band is the committee’s spread.',
      x: { label: 'volume per metal atom', unit: 'Å³' },
      y: { label: 'energy per atom', unit: 'eV' },
      series: [
        {
          name: 'potential',
          mark: 'line',
          role: 'measured',
          x,
          y: x.map((v) => energy(v - shift) + 0.01),
          error: x.map((v) => 0.01 + 0.004 * Math.abs(v - 11)),
        },
        { name: 'DFT', mark: 'dots', role: 'reference', x: cells, y: cells.map(energy) },
        { name: 'fit to DFT', mark: 'line', role: 'fit', x, y: x.map(energy) },
      ],
    },
  ];
}

export function density(seed: number, volume: number): Figure[] {
  const random = noise(seed);
  const trace = (mean: number, width: number, from: number, to: number) => {
    let drift = 0;
    const x = range(Math.round((to - from) * 20), (k) => from + k / 20);
    const y = x.map(() => {
      drift = 0.93 * drift + width * 0.37 * normal(random);
      return mean + drift;
    });
    return { x, y };
  };
  const members = (mean: number, width: number): Series[] =>
    [0, 1, 2].flatMap((k): Series[] => [
      {
        name: `member ${k + 1}, discarded`,
        mark: 'line',
        role: 'limit',
        ...trace(mean * 0.985 + 0.01 * k, width, 0, 1.2),
      },
      {
        name: `member ${k + 1}`,
        mark: 'line',
        role: 'measured',
        ...trace(mean * (1 + 0.006 * (k - 1)), width, 1.2, 8.3),
      },
    ]);
  return [
    {
      kind: 'plot',
      id: 'volume',
      title: 'Volume',
      caption: 'One production for each member; the grey beginning is equilibration and left out.',
      x: { label: 'time', unit: 'ps' },
      y: { label: 'volume per atom', unit: 'Å³' },
      series: members(volume, 0.1),
    },
    {
      kind: 'plot',
      id: 'temperature',
      title: 'Temperature',
      x: { label: 'time', unit: 'ps' },
      y: { label: 'temperature', unit: 'K' },
      series: members(2000, 90),
    },
    {
      kind: 'table',
      id: 'members',
      title: 'Volume by member',
      columns: [
        { label: 'production' },
        { label: 'volume per atom', unit: 'Å³' },
        { label: 'effective samples' },
        { label: 'equilibration' },
      ],
      rows: [1, 2, 3].map((k) => [
        `member ${k}`,
        { value: volume + k / 50, error: 0.0312 },
        { value: 40 + 7 * k },
        { verdict: 'settled', tone: 'good' },
      ]),
    },
    {
      kind: 'plot',
      id: 'melting',
      title: 'Melting and cooling',
      x: { label: 'time', unit: 'ps' },
      y: { label: 'mean squared displacement', unit: 'Å²' },
      series: ['melting', 'cooling'].map(
        (name, k): Series => ({
          name,
          mark: 'line',
          role: 'measured',
          x: range(60, (i) => i / 15),
          y: range(60, (i) => (1 + k) * i * 0.4 + random()),
        }),
      ),
    },
    {
      kind: 'table',
      id: 'distances',
      title: 'Shortest distances',
      columns: [
        { label: 'pair' },
        { label: 'simulation', unit: 'Å' },
        { label: 'training', unit: 'Å' },
      ],
      rows: [
        ['Fe–Fe', { value: 1.912 }, { value: 1.884 }],
        ['C–C', { value: 1.21 }, 'never seen'],
      ],
    },
  ];
}

export function viscosity(seed: number, value: number): Figure[] {
  const random = noise(seed);
  const x = range(120, (k) => k / 60);
  const integral = x.map((t) => value * (1 - Math.exp(-t / 0.22)) + 0.05 * normal(random));
  return [
    {
      kind: 'plot',
      id: 'integral',
      title: 'Running Green-Kubo integral',
      caption: 'Mean of all replicas; the band is its standard error. Read at the dotted line.',
      x: { label: 'correlation time', unit: 'ps' },
      y: { label: 'viscosity', unit: 'mPa·s' },
      series: [
        {
          name: 'mean of replicas',
          mark: 'line',
          role: 'measured',
          x,
          y: integral,
          error: x.map((t) => 0.05 + 0.5 * Math.sqrt(t)),
        },
        { name: 'cut', mark: 'line', role: 'limit', x: [0.82, 0.82], y: [0, 1.3 * value] },
      ],
    },
    {
      kind: 'plot',
      id: 'correlation',
      title: 'Stress correlation',
      x: { label: 'correlation time', unit: 'ps' },
      y: { label: 'normalised correlation' },
      series: [
        {
          name: 'mean of replicas',
          mark: 'line',
          role: 'measured',
          x,
          y: x.map((t) => Math.exp(-t / 0.12) * Math.cos(6 * t) + 0.02 * normal(random)),
        },
      ],
    },
  ];
}

export function coexistence(seed: number, melting: number): Figure[] {
  const random = noise(seed);
  const temperatures = [1500, 1800, 2100];
  const atoms = temperatures.map((temperature): Figure => {
    const [width, height] = [48, 16.4];
    const front = 24 + (melting - temperature) / 60;
    const groups = {
      crystalline: { x: [] as number[], y: [] as number[] },
      liquid: { x: [] as number[], y: [] as number[] },
    };
    for (let i = 0; i < 24; i++)
      for (let j = 0; j < 8; j++)
        for (let k = 0; k < 4; k++) {
          const solid = Math.abs(i * 2 - 24) < front / 1.7;
          const [dx, dy] = [normal(random), normal(random)];
          const group = solid ? groups.crystalline : groups.liquid;
          group.x.push(i * 2 + 0.5 + (solid ? 0.12 : 0.8) * dx);
          group.y.push(j * 2.05 + (k % 2) + 0.3 + (solid ? 0.12 : 0.8) * dy);
        }
    return {
      kind: 'atoms',
      id: `atoms-${temperature}`,
      title: `${temperature} K: both phases are left after 10.0 ps`,
      caption:
        'Crystalline: averaged bond order above 0.29. The fronts’ normal points to the right.',
      width,
      height,
      groups: [
        { name: 'crystalline', ...groups.crystalline },
        { name: 'liquid', ...groups.liquid },
      ],
    };
  });
  const time = range(100, (k) => k / 10);
  const traces = (slope: number, start: number, id: string, title: string, y: string): Figure => ({
    kind: 'plot',
    id,
    title,
    x: { label: 'time', unit: 'ps' },
    y: { label: y },
    series: temperatures.map(
      (temperature): Series => ({
        name: `${temperature} K`,
        mark: 'line',
        role: 'measured',
        x: time,
        y: time.map(
          (t) => start + ((temperature - melting) / 600) * slope * t + slope * normal(random),
        ),
      }),
    ),
  });
  const speed = (t: number): number => (melting - t) / 25;
  return [
    ...atoms,
    {
      kind: 'plot',
      id: 'speed',
      title: 'Speed of the fronts',
      caption: 'Positive where the crystal grows.',
      x: { label: 'temperature', unit: 'K' },
      y: { label: 'speed', unit: 'm/s' },
      series: [
        {
          name: 'simulation',
          mark: 'dots',
          role: 'measured',
          x: temperatures,
          y: temperatures.map((t) => speed(t) + normal(random)),
          error: [2.2, 3.1, 2.7],
        },
        { name: 'standstill', mark: 'line', role: 'limit', x: [1500, 2100], y: [0, 0] },
        { name: 'line', mark: 'line', role: 'fit', x: [1500, 2100], y: [speed(1500), speed(2100)] },
      ],
    },
    traces(0.012, -7.9, 'enthalpy', 'Enthalpy with both phases', 'enthalpy per atom (eV)'),
    traces(
      -0.05,
      0.5,
      'crystalline',
      'Share of atoms in crystalline surroundings',
      'crystalline share',
    ),
    {
      kind: 'table',
      id: 'solids',
      title: 'Which crystal',
      columns: [
        { label: 'crystal' },
        { label: 'temperature', unit: 'K' },
        { label: 'enthalpy', unit: 'eV/atom' },
        { label: 'fate' },
      ],
      rows: [
        ['bcc', { value: 1800 }, { value: -7.512 }, { verdict: 'lost its order', tone: 'bad' }],
        ['fcc', { value: 1800 }, { value: -7.604 }, { verdict: 'chosen', tone: 'good' }],
        ['hcp', { value: 1800 }, { value: -7.59 }, { verdict: 'survived', tone: 'neutral' }],
      ],
    },
  ];
}
