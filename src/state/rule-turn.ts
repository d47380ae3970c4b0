import { join } from "node:path";
import type { ProcessMark } from "../core/process-mark.ts";
import { createOwned, isThere, readOwned, removeOwned } from "./owned-file.ts";

const MOST_BYTES = 256;

/** Which process changes rules now, one at a time: `rules/turn` in the state folder. */
export class TurnFile {
  readonly #path: string;

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, "rules", "turn");
  }

  /** Of two who try, one does it. Answers whether it did. Throws NO_STATE_FOLDER, STATE_NOT_WRITTEN. */
  take({ pid, born }: ProcessMark): boolean {
    return createOwned(this.#path, born === undefined ? `${pid}\n` : `${pid} ${born}\n`);
  }

  /** Nothing where nobody has it, or the file can't be trusted. Whether that process is still there is for the reader to ask. */
  read(): ProcessMark | undefined {
    try {
      const owned = readOwned(this.#path, MOST_BYTES);
      const [, pid, born] = /^(\d{1,10})(?: (.+))?\n$/.exec(owned.kind === "text" ? owned.text : "") ?? [];
      return pid === undefined ? undefined : { pid: Number(pid), ...(born !== undefined && { born }) };
    } catch {
      return undefined;
    }
  }

  remove(): void {
    if (isThere(this.#path)) removeOwned(this.#path);
  }
}
