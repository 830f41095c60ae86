/** The description of a decision process is wrong; the message says what, where, what was expected and what to do. */
export class MdpError extends Error {
  override name = 'MdpError';
}
