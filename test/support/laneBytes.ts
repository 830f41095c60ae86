/** A message of the lane as docs/protocol.md has it, put together by hand. */
export function laneBytes(header: Uint8Array, body: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([lengths(header.length, body.length), header, Buffer.alloc(-header.length & 7), body]);
}

/** What a message begins with. */
export function lengths(header: number, body: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(header, 0);
  bytes.writeUInt32LE(body, 4);
  return bytes;
}
