/** A file is no checkpoint, was cut or was changed, comes from a newer version, or cannot be written. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}
