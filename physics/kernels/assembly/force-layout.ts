/**
 * Where the force kernel and `physics/potentials/deep/` find things in shared memory.
 *
 * Read by both languages, hence plain constants. Unless said otherwise an entry is an index of
 * 32-bit words into its record; "ptr" is a byte address. T is the kernel's precision. Widths are
 * padded to multiples of 8 (axis: 4) with zero weights, which give zeros.
 */

// ── Potential with its atoms ────────────────────────────────────────────────────────────────
export const P_TYPES = 0;
export const P_WIDTH = 1; // last embedding width
export const P_AXIS = 2;
export const P_DESCRIPTOR = 3; // AXIS·WIDTH
export const P_EMBED_LAYERS = 4;
export const P_FIT_LAYERS = 5; // without the last, linear one
export const P_EMBED = 6; // ptr: layer records [centre][neighbour][embed layers]
export const P_FIT = 7; // ptr: layer records [types][fit layers]
export const P_OUTPUT = 8; // ptr: T [types][last fitting width]
export const P_BIAS = 9; // ptr: f64 [types]
export const P_SEL = 10; // ptr: [types]
export const P_PADDING = 11; // ptr: T [centre][neighbour][WIDTH], what an empty slot adds to A[0]
export const P_NORMAL = 12; // ptr: f64 [centre][3]: mean, 1/deviation, 1/angular deviation
export const P_TABLES = 13; // ptr: table records [centre][neighbour]; 0: nets
export const P_REPULSION = 14; // ptr: f64 [centre][neighbour][REPULSION]; 0: none
export const P_BLOCKS = 15; // ptr: [blocks][first atom, atoms], all of one type
export const P_BLOCK_COUNT = 16;
export const P_GRADIENT = 17; // ptr: T [candidates][4], ∂E_i/∂r_ij of those in the cut-off
export const P_NEAR = 18; // ptr: [candidates], those in the cut-off, from each atom's first on
export const P_NEAR_COUNT = 19; // ptr: [atoms]
export const P_ENERGIES = 20; // ptr: f64 [atoms]
export const P_FORCES = 21; // ptr: f64 [atoms][4]
export const P_VIRIALS = 22; // ptr: f64 [blocks][9]
export const P_NEAREST = 23; // ptr: f64 [atoms], smallest r²
export const P_STATUS = 24; // ptr: [atoms]
export const P_FAILED = 25; // 1 when any status is not 0
export const P_COUNTERS = 26; // ptr: 2 words
export const P_BARRIER = 27; // ptr: 2 words
export const P_WORKSPACES = 28; // ptr: [threads] ptr
export const P_LIST = 29; // ptr: list record
export const P_EMBED_WIDTH = 30; // widest embedding layer
export const P_FIT_WIDTH = 31; // widest fitting layer
/** f64 fields, indices of 8-byte words from the record's start. */
export const PX_INNER = 16;
export const PX_CUTOFF = 17;
export const PX_REACH = 18; // distances below are refused
export const PX_INVERSE_SLOTS = 19; // 1/Σ sel
export const POTENTIAL_BYTES = 192;

/** Inputs that pass through a net side by side: atoms of a block, or neighbours. */
export const SIDE = 8;

/** Status of an atom: TOO_CLOSE, or 2 + type + 256·count of a type with too many neighbours. */
export const TOO_CLOSE = 1;

// ── Layer ───────────────────────────────────────────────────────────────────────────────────
export const L_IN = 0;
export const L_OUT = 1;
export const L_IN_P = 2;
export const L_OUT_P = 3;
export const L_SKIP = 4; // 0 none, 1 adds x, 2 adds (x, x)
export const L_WEIGHTS = 5; // ptr: T [outP/4][inP][4]
export const L_TRANSPOSED = 6; // ptr: T [inP/4][outP][4]; not in an embedding net
export const L_BIAS = 7; // ptr: T
export const L_STEP = 8; // ptr: T; 0 without time step
export const LAYER_WORDS = 9;

// ── Table of an embedding net ───────────────────────────────────────────────────────────────
export const T_CELLS = 0;
export const T_INTERVALS = 1;
export const T_MAP = 2; // ptr: u8 [cells] interval
export const T_FRAMES = 3; // ptr: f64 [intervals][2]: middle, 1/half width
export const T_COEFFICIENTS = 4; // ptr: T [intervals][TERMS][width]
/** f64 fields. */
export const TX_LOW = 3;
export const TX_SCALE = 4; // cells per unit
export const TABLE_BYTES = 40;
/** Coefficients of an interval's polynomial. */
export const TERMS = 12;

// ── Repulsion of two types: f64 values; see physics/potentials/zbl.ts ───────────────────────
export const Z_INNER = 0;
export const Z_OUTER = 1;
export const Z_CHARGE = 2;
export const Z_AMPLITUDES = 3; // 4
export const Z_DECAYS = 7; // 4
export const Z_CUBIC = 11;
export const Z_QUARTIC = 12;
export const Z_CONSTANT = 13;
export const REPULSION = 14;

// ── Neighbour list ──────────────────────────────────────────────────────────────────────────
export const N_ATOMS = 0;
export const N_TYPES_OF = 1; // ptr: [atoms], ascending
export const N_POSITIONS = 2; // ptr: f64 [atoms][4]: x, y, z, type
export const N_CELL = 3; // ptr: f64 [3][4]
export const N_FIRST = 4; // ptr: [atoms + 1] first candidate
export const N_CANDIDATES = 5; // ptr: candidates, by atom; of an atom by (neighbour, image)
export const N_FOUND = 6; // ptr: rough candidates [atoms][capacity] as the search met them
export const N_COUNTS = 7; // ptr: [atoms] how many it met
export const N_CAPACITY = 8;
export const N_WRAPPED = 9; // ptr: f64 [atoms][4] in the cell, by bin
export const N_BINNED = 10; // ptr: [atoms] atom of each of these
export const N_IMAGES = 11; // ptr: [atoms][4] cell each atom was in, and its bin
export const N_BIN_FIRST = 12; // ptr: [bins + 1]
export const N_BINS = 13; // 3: bins along each axis
export const N_REACH = 16; // 3: bins to look at on each side
export const N_COUNTER = 19; // ptr: 1 word
export const N_OLD = 20; // ptr: f64 [atoms][4] positions when the list was made
/** f64 fields. */
export const NX_RANGE = 11; // how far candidates may be
export const NX_INVERSE = 12; // 9: columns turn positions into fractions
export const NX_STRAIN = 21; // 9: old cell to present cell, x = x₀·strain
/** Words again. */
export const N_IMAGE_COUNT = 60; // images that candidates are in
export const N_IMAGE_ROOM = 61;
export const N_IMAGE_KEYS = 62; // ptr: i64 [images], three i16
export const N_IMAGE_HASH = 63; // ptr: [2·room] index + 1 of the image, 0: empty; a power of 2
export const N_SHIFTS = 64; // ptr: f64 [images][4], image·cell
export const N_ARRANGED = 65; // ptr: rough candidates in the list's order
export const N_BACK = 66; // ptr: [candidates] the candidate that points back
export const N_LINKED = 67; // 1: N_BACK is wanted
export const N_NARROW = 68; // 1: two atoms may be candidates in several images
export const LIST_BYTES = 280;

// ── Candidate ───────────────────────────────────────────────────────────────────────────────
export const D_ATOM = 0; // bytes: i32 neighbour
export const D_SHIFT = 4; // i32, byte offset of its image in N_SHIFTS
export const CANDIDATE_BYTES = 8;
/** While a list is made: i32 neighbour, i32 back, i16 image [3], 2 bytes unused. */
export const ROUGH_BYTES = 16;

// ── Row: an atom's neighbour within the cut-off, values of T ────────────────────────────────
export const R_ROW = 0; // normalised environment row: 4
export const R_UNIT = 4; // unit vector: 3
export const R_SLOPE = 7; // d(normalised s)/dr
export const R_ACROSS = 8; // s/(r·angular deviation)
export const R_ALONG = 9; // s'/angular deviation - ACROSS
export const R_REPEL = 10; // slope of half the short-range term
export const R_LOCAL = 11; // place in the table's interval, -1 to 1
export const ROW_VALUES = 12;

// ── Workspace of a thread: ptrs ─────────────────────────────────────────────────────────────
export const W_VECTORS = 0; // f64 [rows][4]: r_ij, r²
export const W_ROWS = 1; // T [rows][ROW_VALUES]
export const W_BINS = 2; // [rows] interval of the table
export const W_COUNTS = 3; // [SIDE][types] neighbours
export const W_G = 4; // T [rows][width]
export const W_G_DOT = 5; // dG/ds
export const W_X = 6; // T [2][embed width][SIDE]
export const W_X_DOT = 7;
export const W_T = 8; // T [embed width][SIDE]
export const W_H = 9; // T [candidates of one atom][4]
export const W_H_DOT = 10;
export const W_A = 11; // T [SIDE][4][width]
export const W_DE_DA = 12;
export const W_D = 13; // T [SIDE][descriptor]: D, then dE/dD
export const W_FIT_D = 14; // T [descriptor][SIDE]: the same for the net
export const W_FIT_T = 15; // T [layers][fit width][SIDE]: tanh
export const W_FIT_X = 16; // T [2][fit width][SIDE]: outputs, then dE/d(output)
export const W_FIT_ENERGY = 17; // f64 [SIDE]
export const W_MOMENTS = 18; // T [intervals][TERMS][4]
export const W_USED = 19; // u8 [SIDE][types][256]: number of intervals met, then which
export const WORKSPACE_WORDS = 20;
