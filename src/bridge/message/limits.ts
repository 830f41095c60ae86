/** The protocol's version. */
export const PROTOCOL_VERSION = 2;

/** The protocol's limits, by its names; see docs/protocol.md. */
export const LIMITS = {
  max_frame_bytes: 268_435_456,
  max_frames: 1_024,
  max_header_bytes: 8_388_608,
  max_depth: 32,
  /** Entries of all arrays and maps of a header together; a map's entry counts once. */
  max_items: 200_000,
  max_ndim: 32,
  max_waiting: 256,
};

/** Limits of one side, by the names of `LIMITS`. */
export type Limits = typeof LIMITS;
