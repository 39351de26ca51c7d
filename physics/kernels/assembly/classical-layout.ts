/**
 * Where the kernel of classical potentials and `physics/potentials/classical/` find things in
 * shared memory. Read by both languages, hence plain constants. Unless said otherwise an entry is
 * an index of 32-bit words into its record; "ptr" is a byte address.
 */

// ── Potential with its atoms ────────────────────────────────────────────────────────────────
export const C_TYPES = 0;
export const C_LIST = 1; // ptr: neighbour list, see force-layout.ts
export const C_PAIRS = 2; // ptr: [centre][neighbour] ptr: radial tables or Lennard-Jones records
export const C_NEAR_COUNTS = 3; // ptr: [atoms][types] neighbours within the cut-off
export const C_EMBEDDING = 4; // ptr: [types] ptr: embedding tables
export const C_RADIAL_LAST = 5; // last interval of the tables over r
export const C_RHO_LAST = 6; // and over ρ
export const C_SLOPES = 7; // ptr: f64 [atoms], F'(ρ)
export const C_ENERGIES = 8; // ptr: f64 [atoms]
export const C_FORCES = 9; // ptr: f64 [atoms][4]
export const C_VIRIALS = 10; // ptr: f64 [blocks][9]
export const C_NEAREST = 11; // ptr: f64 [atoms], smallest r²
export const C_COUNTERS = 12; // ptr: 2 words
export const C_BARRIER = 13; // ptr: 2 words
export const C_WORKSPACES = 14; // ptr: [threads] ptr
export const C_NEAR = 15; // ptr: u64 [candidates], those within the cut-off, from each atom's first on
/** f64 fields, indices of 8-byte words from the record's start. */
export const CX_CUTOFF = 8;
export const CX_PER_RADIAL = 9; // intervals per Å
export const CX_PER_RHO = 10;
export const CX_RHO_MOST = 11; // where the embedding tables end
export const CLASSICAL_BYTES = 96;

/** Atoms done at a time by one thread; their virials are added up together. */
export const BLOCK = 32;

// ── Tables: f64 coefficients of an interval's cubics, from p³ down, p from 0 to 1 ───────────
/** 4 x 2: density that the neighbour puts on the centre's site, beside r·V. */
export const RADIAL_TERMS = 8;
/** F. */
export const EMBEDDING_TERMS = 4;

// ── Lennard-Jones of two types: f64 values ──────────────────────────────────────────────────
export const LJ_LIMIT = 0; // square of the cut-off
export const LJ_REPULSION = 1; // 4εσ¹²
export const LJ_ATTRACTION = 2; // 4εσ⁶
export const LJ_SHIFT = 3; // added to the energy within the cut-off
export const LJ_VALUES = 4;

// ── Workspace of a thread: ptrs ─────────────────────────────────────────────────────────────
export const V_VECTORS = 0; // f64 [candidates of an atom + 1][4]: r_ij, r²
export const V_TERMS = 1; // f64 [candidates of an atom + 2][2]: energy, (dE/dr)/r of the pair
export const V_SQUARES = 2; // f64 [candidates of an atom + 2]: r²
export const WORKSPACE_WORDS = 3;
