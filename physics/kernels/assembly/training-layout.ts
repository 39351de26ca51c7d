/**
 * Where the training kernel and `physics/training/session.ts` find things in shared memory.
 *
 * Read by both languages, hence plain constants. Unless said otherwise an entry is an index of
 * 32-bit words into its record; "ptr" is a byte address. T is the kernel's precision. Widths
 * ending in P are padded to multiples of 8 (axis: 4) with zero weights, which stay zero.
 */

/** Points of the Lagrange interpolation between nodes of the embedding nets. */
export const POINTS = 8;

// ── Context: one per member ─────────────────────────────────────────────────────────────────
export const C_TYPES = 0;
export const C_AXIS = 1; // axisP
export const C_WIDTH = 2; // last embedding width, P
export const C_DESCRIPTOR = 3; // WIDTH·AXIS
export const C_EMBED_LAYERS = 4;
export const C_FIT_LAYERS = 5; // without the last, linear one
export const C_EMBED = 6; // ptr: layer records [types][embed layers]
export const C_FIT = 7; // ptr: layer records [types][fit layers]
export const C_OUTPUT = 8; // ptr: [types][weights, bias], byte offsets into the parameters
export const C_PARAMETERS = 9; // ptr: T
export const C_GRADIENT = 10; // ptr: T, as the parameters
export const C_MOMENT1 = 11;
export const C_MOMENT2 = 12;
export const C_FIT_ITEMS = 13; // ptr: [items][type, layer, first input row, rows]
export const C_FIT_ITEM_COUNT = 14;
export const C_EMBED_ITEMS = 15; // the same
export const C_EMBED_ITEM_COUNT = 16;
export const C_POINT_TABLE = 17; // ptr: T [power][point], Lagrange polynomials
export const C_SEL = 18; // ptr: [types]
export const C_PAD = 19; // ptr: T [centre types], normalised s of an empty slot
export const C_NODES = 20; // ptr: [types] number of nodes
export const C_NODE_FIRST = 21; // ptr: [types] nodes of the types before
export const C_NODE_TOTAL = 22;
export const C_ORIGIN = 23; // ptr: f64 [types] position of node 0
export const C_NODE_X = 24; // ptr: T [nodes of all types] positions
export const C_BARRIER = 25; // ptr: 2 words
export const C_COUNTERS = 26; // ptr: 16 words
export const C_BATCH = 27; // frames of an update
export const C_ORDER = 28; // ptr: frame ptrs, batch after batch
export const C_ATOMS = 29; // ptr: batch atoms
export const C_ATOM_COUNT = 30;
export const C_ROW_FIRST = 31; // ptr: [types] first row of the fitting nets
export const C_ROW_COUNT = 32; // ptr: [types]
export const C_ACTIVE = 33; // ptr: [types][first, end) nodes that the batch needs
export const C_D = 34; // ptr: T [rows][descriptor]
export const C_DE_DD = 35; // dE/dD
export const C_D_DOT = 36; // directional derivative of D
export const C_D_BAR = 37; // adjoint of D
export const C_A = 38; // ptr: T [atoms][4][width]
export const C_A_DOT = 39;
export const C_DE_DA = 40;
export const C_A_BAR = 41;
export const C_A_AXIS = 42; // ptr: T [atoms][4][axis], first columns of A
export const C_A_DOT_AXIS = 43;
export const C_SPREAD = 44; // ptr: T [atoms][nodes][4]; A = spreadᵀ·G
export const C_SPREAD_DOT = 45;
export const C_NODE_GRADIENT = 46; // ptr: T [atoms][nodes][4] = G·dE/dAᵀ
export const C_PAIR_WEIGHTS = 47; // ptr: T [pairs][2·POINTS] weights and their slopes
export const C_PAIR_NODES = 48; // ptr: [pairs] first node
export const C_PAIR_GRADIENT = 49; // ptr: T [pairs][4] dE_i/dr_ij
export const C_ENERGIES = 50; // ptr: f64 [rows]
export const C_ENERGY_BAR = 51; // ptr: T [rows] dLoss/dE
export const C_DIRECTION = 52; // ptr: T [atoms][4] -dLoss/dF
export const C_VIRIAL_BAR = 53; // ptr: T [frames of a batch][9] dLoss/dW
export const C_FORCES = 54; // ptr: f64 [atoms][3]
export const C_RESULTS = 55; // ptr: f64 [frames of a batch][RESULT]
export const C_CLAIMED = 56; // 1 while a thread works on this member
export const C_DONE = 57; // updates done of those ordered
export const C_WANTED = 58;
export const C_TRUE_AXIS = 59; // without padding
export const C_OFFSETS = 60; // ptr: f64 [types], energy added to each atom's
export const C_AVERAGED = 61; // 1: the rate of steps stays, and AVERAGE follows the parameters
export const C_AVERAGE = 62; // ptr: T, as the parameters
/** f64 fields, indices of 8-byte words from the context's start. */
export const X_RATE = 32;
export const X_DECAY = 33; // factor of the rate at each update
export const X_START_RATE = 34;
export const X_POWER1 = 35; // β₁^t
export const X_POWER2 = 36;
export const X_PREFACTORS = 37; // energy, force, virial at the start, then their limits
export const X_SPACING = 43;
export const X_INVERSE_SLOTS = 44; // 1/Σ sel
export const X_SUMS = 45; // of residuals since they were last cleared: RESULT values
export const X_UPDATES = 53; // done of this member, the one at work included
export const CONTEXT_BYTES = 512;

// ── Layer record ────────────────────────────────────────────────────────────────────────────
export const L_IN = 0;
export const L_OUT = 1;
export const L_IN_P = 2;
export const L_OUT_P = 3;
export const L_SKIP = 4; // 0 none, 1 adds x, 2 adds (x, x)
export const L_WEIGHTS = 5; // byte offset into the parameters, [inP][outP]
export const L_BIAS = 6;
export const L_STEP = 7; // -1 without time step
/** ptrs: T [rows or nodes][outP] */
export const L_T = 8; // tanh z
export const L_X = 9; // output
export const L_X_BAR = 10;
export const L_Z_BAR = 11;
export const L_P = 12; // dE/dx (fitting nets only, as those below)
export const L_Q = 13; // dE/dz
export const L_Z_DOT = 14;
export const L_X_DOT = 15;
export const LAYER_WORDS = 16;

// ── Batch atom ──────────────────────────────────────────────────────────────────────────────
export const A_ENVIRONMENT = 0; // ptr
export const A_TYPE = 1;
export const A_ROW = 2;
export const A_FRAME = 3; // place in the batch
export const A_PAIR = 4; // its first pair in the batch
export const A_FIRST = 5; // first atom of its frame in the batch
export const A_RANGE = 6; // [types][first, end) nodes
export const ATOM_WORDS = 46;

// ── Frame, static ───────────────────────────────────────────────────────────────────────────
export const F_ATOMS = 0;
export const F_PAIRS = 1;
export const F_ENVIRONMENTS = 2; // ptr: environment records
export const F_HAS_VIRIAL = 3;
export const F_FORCES = 4; // ptr: f64 [atoms][3] labels
/** f64 fields. */
export const FX_ENERGY = 3;
export const FX_VIRIAL = 4; // 9
export const FX_WEIGHT = 13; // factor of the loss
export const FRAME_BYTES = 112;

// ── Environment of an atom, static ──────────────────────────────────────────────────────────
export const N_TYPE = 0;
export const N_PAIRS = 1; // ptr: pair records, sorted by type
export const N_COUNT = 2;
export const N_RANGE = 3; // ptr: T [types][smallest, largest] normalised s, empty slots included
export const N_COUNTS = 4; // [types]
export const ENVIRONMENT_WORDS = 24;

/** Room for node ranges and counts of so many types. */
export const MOST_TYPES = 20;

// ── Pair record, static: values of T ────────────────────────────────────────────────────────
export const P_R = 0; // normalised environment row: 4
export const P_UNIT = 4; // unit vector: 3
export const P_DISTANCE = 7;
export const P_SLOPE = 8; // d(normalised s)/dr
export const P_ACROSS = 9; // s/(r·angular deviation)
export const P_ALONG = 10; // s'/angular deviation - ACROSS
export const P_INDEX = 11; // i32: neighbour's place in the frame
export const PAIR_VALUES = 12;

// ── Result of a frame: f64 values ───────────────────────────────────────────────────────────
export const RESULT_ENERGY = 0; // (ΔE/N)²
export const RESULT_FORCE = 1; // mean ΔF²
export const RESULT_VIRIAL = 2; // mean (ΔW/N)²
export const RESULT_VIRIALS = 3; // 1 if the frame has a virial
export const RESULT_LOSS = 4;
export const RESULT_FRAMES = 5; // 1
export const RESULT_TOTAL = 6; // predicted energy, eV
export const RESULT = 8;
