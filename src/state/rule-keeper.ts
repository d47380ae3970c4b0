import { join } from "node:path";
import { parseRuleId } from "../core/rule-request.ts";
import { isThere, readOwned, removeOwned, writeOwned } from "./owned-file.ts";

/** Which process takes a rule back when its time is over: `rules/ID.keeper` in the state folder. */
export class KeeperFile {
  readonly #path: string;

  constructor(stateFolder: string, id: string) {
    if (parseRuleId(id) === undefined) throw new RangeError(`not a rule's id: ${id}`);
    this.#path = join(stateFolder, "rules", `${id}.keeper`);
  }

  write(pid: number): void {
    writeOwned(this.#path, `${pid}\n`);
  }

  /** Nothing where there is none, or the file can't be trusted. Whether that process still is one is for the reader to ask. */
  read(): number | undefined {
    if (!isThere(this.#path)) return undefined;
    const owned = readOwned(this.#path, 32);
    const pid = owned.kind === "text" && /^\d{1,10}\n$/.test(owned.text) ? Number(owned.text) : 0;
    return pid > 0 ? pid : undefined;
  }

  remove(): void {
    if (isThere(this.#path)) removeOwned(this.#path);
  }
}
