/** CODATA 2018 (exact SI where defined), in Å, eV, fs, g/mol (amu), K. */

/** Boltzmann constant, eV/K. */
export const BOLTZMANN = 8.617333262145179e-5;
/** amu·Å²/fs² in eV: kinetic energy = 0.5·m·v²·MASS_VELOCITY2_TO_EV. */
export const MASS_VELOCITY2_TO_EV = 103.64269652680505;
/** eV/Å³ in GPa. */
export const EV_PER_A3_TO_GPA = 160.2176634;
/** amu/Å³ in g/cm³. */
export const AMU_PER_A3_TO_G_PER_CM3 = 1.6605390666;
/** e²/(4πε₀), eV·Å. */
export const COULOMB = 14.399645478425668;

/** Standard atomic weights, g/mol (IUPAC 2021, conventional), by symbol. */
export const MASSES: { readonly [element: string]: number } = {
  H: 1.008,
  Li: 6.94,
  B: 10.81,
  C: 12.011,
  N: 14.007,
  O: 15.999,
  Mg: 24.305,
  Al: 26.9815384,
  Si: 28.085,
  P: 30.973761998,
  S: 32.06,
  Ti: 47.867,
  V: 50.9415,
  Cr: 51.9961,
  Mn: 54.938043,
  Fe: 55.845,
  Co: 58.933194,
  Ni: 58.6934,
  Cu: 63.546,
  Zn: 65.38,
  Nb: 92.90637,
  Mo: 95.95,
  Pd: 106.42,
  Ag: 107.8682,
  Ta: 180.94788,
  W: 183.84,
  Pt: 195.084,
  Au: 196.96657,
};
/** Atomic numbers of the elements above. */
export const ATOMIC_NUMBERS: { readonly [element: string]: number } = {
  H: 1,
  Li: 3,
  B: 5,
  C: 6,
  N: 7,
  O: 8,
  Mg: 12,
  Al: 13,
  Si: 14,
  P: 15,
  S: 16,
  Ti: 22,
  V: 23,
  Cr: 24,
  Mn: 25,
  Fe: 26,
  Co: 27,
  Ni: 28,
  Cu: 29,
  Zn: 30,
  Nb: 41,
  Mo: 42,
  Pd: 46,
  Ag: 47,
  Ta: 73,
  W: 74,
  Pt: 78,
  Au: 79,
};
