import { join } from "node:path";
import type { RuleEntry, RuleJournal } from "../core/rule-journal.ts";
import { parseRuleId } from "../core/rule-request.ts";
import { isThere, listNames, readOwned, removeOwned, writeOwned } from "./owned-file.ts";
import { parseRuleEntry } from "./parse-rule-entry.ts";

/** A file of the journal as it is read back. */
export type ListedRule =
  | { readonly kind: "entry"; readonly entry: RuleEntry }
  /** It can't be used, and is left as it is. */
  | { readonly kind: "unreadable"; readonly path: string; readonly because: string };

const MOST_BYTES = 1024 * 1024;

/** The rules that portguard wrote: one file each, `rules/ID.json` in the state folder. */
export class RuleFiles implements RuleJournal {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, "rules");
  }

  write(entry: RuleEntry): void {
    writeOwned(this.#pathOf(entry.id), `${JSON.stringify(entry, undefined, 2)}\n`);
  }

  remove(id: string): void {
    removeOwned(this.#pathOf(id));
  }

  /** Nothing where there is no such rule. */
  read(id: string): ListedRule | undefined {
    return isThere(this.#pathOf(id)) ? readFile(this.#pathOf(id), id) : undefined;
  }

  /** All rules, the oldest first, and behind them what can't be read. */
  list(): readonly ListedRule[] {
    const listed = listNames(this.#folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => this.#readNamed(name));
    return listed.toSorted((a, b) => ageOf(a).localeCompare(ageOf(b)));
  }

  #readNamed(name: string): ListedRule {
    const path = join(this.#folder, name);
    const id = parseRuleId(name.slice(0, -".json".length));
    return id === undefined ? { kind: "unreadable", path, because: "its name is no rule's" } : readFile(path, id);
  }

  #pathOf(id: string): string {
    if (parseRuleId(id) === undefined) throw new RangeError(`not a rule's id: ${id}`);
    return join(this.#folder, `${id}.json`);
  }
}

function readFile(path: string, id: string): ListedRule {
  const unreadable = (because: string): ListedRule => ({ kind: "unreadable", path, because });
  try {
    const owned = readOwned(path, MOST_BYTES);
    if (owned.kind === "refused") return unreadable(owned.because);
    const parsed = parseRuleEntry(owned.text);
    if (typeof parsed === "string") return unreadable(parsed);
    return parsed.id === id ? { kind: "entry", entry: parsed } : unreadable(`it is of rule ${parsed.id}`);
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

/** ISO times sort as text; what has none goes last. */
function ageOf(listed: ListedRule): string {
  return listed.kind === "entry" ? listed.entry.createdAt : "~";
}
