import { BridgeError } from '../errors.js';
import type { Limits } from '../message/limits.js';
import { ALIGNMENT, exceeded, LENGTHS, padded } from '../message/message.js';

/** Bytes that are read into at a time; messages that come after one another share them. */
const SLAB = 65_536;
/** Less room than this at the end of a slab is left unused. */
const LEAST_ROOM = 4_096;

/**
 * Cuts what comes over a lane into messages (docs/protocol.md, "Messages"). It says where the next bytes go, so that they are read in place:
 * a message's frames are views on what was read, and nobody writes there again.
 */
export class LaneReader {
  /** What replies or requests are held to; may change between two messages. */
  limits: Limits;
  private readonly onMessage: (frames: Uint8Array[]) => void;
  private slab: Uint8Array = Buffer.allocUnsafeSlow(SLAB);
  /** Where the message that is being read begins, and where the next bytes go. */
  private start = 0;
  private end = 0;

  /** @param onMessage gets the header and, where there is one, the body */
  constructor(limits: Limits, onMessage: (frames: Uint8Array[]) => void) {
    this.limits = limits;
    this.onMessage = onMessage;
  }

  /** Where the next bytes go. */
  room(): Uint8Array {
    return this.slab.subarray(this.end);
  }

  /** n bytes were put into `room`. @throws BridgeError BadMessage, LimitExceeded: nothing more can be read */
  filled(n: number): void {
    this.end += n;
    let missing = 0;
    while (this.end - this.start >= LENGTHS) {
      const size = this.sizeOfMessage();
      missing = size - (this.end - this.start);
      if (missing > 0) break;
      this.take(size);
      missing = 0;
    }
    this.makeRoom(missing);
  }

  /** Bytes of the message that begins, by the lengths that it begins with. */
  private sizeOfMessage(): number {
    const { max_header_bytes, max_frame_bytes } = this.limits;
    const [header, body] = [this.lengthAt(0), this.lengthAt(4)];
    if (header > max_header_bytes) throw exceeded('max_header_bytes', header, max_header_bytes);
    if (body > max_frame_bytes) throw exceeded('max_frame_bytes', body, max_frame_bytes);
    if (header === 0 || body % ALIGNMENT !== 0) {
      throw new BridgeError(
        'BadMessage',
        `a message of the lane has a header of ${header} and a body of ${body} bytes`,
        {
          expected: `a header of 1 byte or more, and a body of a multiple of ${ALIGNMENT}`,
        },
      );
    }
    return LENGTHS + padded(header) + body;
  }

  private lengthAt(place: number): number {
    const { slab } = this;
    const at = this.start + place;
    return slab[at] + slab[at + 1] * 2 ** 8 + slab[at + 2] * 2 ** 16 + slab[at + 3] * 2 ** 24;
  }

  private take(size: number): void {
    const from = this.start + LENGTHS;
    const header = this.slab.subarray(from, from + this.lengthAt(0));
    const body = this.slab.subarray(from + padded(header.length), this.start + size);
    this.start += size;
    this.onMessage(body.length > 0 ? [header, body] : [header]);
  }

  /** Another slab where the message that is being read, or the next one, does not fit into the rest of this one. */
  private makeRoom(missing: number): void {
    const room = this.slab.length - this.end;
    if (missing > 0 ? room >= missing : room >= LEAST_ROOM) return;
    const begun = this.slab.subarray(this.start, this.end);
    // A large message has its own, of just its size.
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB, begun.length + missing));
    slab.set(begun);
    this.slab = slab;
    this.start = 0;
    this.end = begun.length;
  }
}
