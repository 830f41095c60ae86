const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Z85 (rfc.zeromq.org/spec/32): four bytes as five digits to the base 85. */
export function z85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const word = view.getUint32(at);
    for (let power = 85 ** 4; power >= 1; power /= 85) text += ALPHABET[Math.floor(word / power) % 85];
  }
  return text;
}

/** Whether a text is a CURVE key: 40 digits, of which each five are a number below 2³². */
export function isKey(text: string): boolean {
  if (text.length !== 40) return false;
  for (let at = 0; at < 40; at += 5) {
    const digits = Array.from(text.slice(at, at + 5), (digit) => ALPHABET.indexOf(digit));
    if (digits.includes(-1) || digits.reduce((word, digit) => word * 85 + digit, 0) >= 2 ** 32) return false;
  }
  return true;
}
