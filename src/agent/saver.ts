import type { Checkpoint } from './checkpoint.js';
import { CheckpointError } from './checkpointError.js';
import { SAVE_REST, writeCheckpoint } from './checkpointFile.js';

/** Seconds between checkpoints while no evaluation writes one, at least. */
const SAVE_SECONDS = 10;

/** Where a run is saved, and who is told. */
export interface SaverOptions {
  /** Where the checkpoint goes. Default: nowhere. */
  checkpoint?: string | undefined;
  /** Called before a checkpoint is written: what is logged until then must not be lost, since a resumed run does not log it again. */
  onSave?: (() => void) | undefined;
  onWarning?: ((message: string) => void) | undefined;
}

/** Saves a run from time to time. Where the system does not let it (the disk is full), that is told, and it is tried again the next time. */
export class Saver {
  private readonly options: SaverOptions;
  /** Seconds of the run so far. */
  private readonly clock: () => number;
  private readonly make: (seconds: number) => Checkpoint;
  private savedAt: number;
  /** Why the last checkpoint could not be written; null where it was. */
  private unsaved: CheckpointError | null = null;
  /** Seconds that the last checkpoint took. */
  private saving = 0;

  /** @param make the checkpoint of the run as it stands, after so many seconds */
  constructor(options: SaverOptions, clock: () => number, make: (seconds: number) => Checkpoint) {
    this.options = options;
    this.clock = clock;
    this.make = make;
    this.savedAt = clock();
  }

  save(): void {
    this.savedAt = this.clock();
    const { checkpoint, onSave, onWarning } = this.options;
    if (!checkpoint) return;
    onSave?.();
    try {
      writeCheckpoint(checkpoint, this.make(this.savedAt));
      if (this.unsaved !== null) onWarning?.(`${checkpoint} is written again.`);
      this.unsaved = null;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      if (this.unsaved === null) {
        onWarning?.(`no checkpoint was saved: ${error.message} It is tried again; the run goes on.`);
      }
      this.unsaved = error;
    }
    this.saving = this.clock() - this.savedAt;
  }

  /** Saves where the last time is long ago: a large checkpoint, of a window of images, say, less often than a small one. */
  saveInTime(): void {
    if (this.clock() - this.savedAt > Math.max(SAVE_SECONDS, SAVE_REST * this.saving)) this.save();
  }

  /** Saves for the last time. @throws CheckpointError where that cannot be */
  saveLast(): void {
    this.save();
    if (this.unsaved === null) return;
    const { message, cause } = this.unsaved;
    throw new CheckpointError(`no checkpoint was saved at the end of the run: ${message}`, { cause });
  }
}
