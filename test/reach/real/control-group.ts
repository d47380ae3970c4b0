import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { until } from "../../drive/until.ts";

/** Where this machine's control groups are frozen: version 1 has a hierarchy for it, version 2 has one for all. */
interface Hierarchy {
  readonly root: string;
  readonly file: string;
  readonly frozen: string;
  readonly thawed: string;
}

const LEGACY: Hierarchy = {
  root: "/sys/fs/cgroup/freezer",
  file: "freezer.state",
  frozen: "FROZEN",
  thawed: "THAWED",
};
const UNIFIED: Hierarchy = { root: "/sys/fs/cgroup", file: "cgroup.freeze", frozen: "1", thawed: "0" };

/** The hierarchy of this machine in which we may make a group; nothing where there is none. */
export function findFreezer(): Hierarchy | undefined {
  const found = existsSync(LEGACY.root) ? LEGACY : UNIFIED;
  try {
    accessSync(join(found.root, "cgroup.procs"), constants.W_OK);
    return found;
  } catch {
    return undefined;
  }
}

/** A control group named as docker names those of its containers. Disposing thaws it, empties it, and takes it away. */
export class ContainerGroup implements Disposable {
  /** 64 hexadecimal digits, as docker has them. */
  readonly id = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
  readonly #hierarchy: Hierarchy;
  readonly #folder: string;

  constructor() {
    const hierarchy = findFreezer();
    if (!hierarchy) throw new Error("no control group can be made here");
    this.#hierarchy = hierarchy;
    this.#folder = join(hierarchy.root, "docker", this.id);
    mkdirSync(this.#folder, { recursive: true });
  }

  add(pid: number): void {
    writeFileSync(join(this.#folder, "cgroup.procs"), `${pid}`);
  }

  /** As `docker pause` does it. */
  async freeze(): Promise<void> {
    const { file, frozen } = this.#hierarchy;
    writeFileSync(join(this.#folder, file), frozen);
    await until("the group is frozen", () => this.#isFrozen());
  }

  thaw(): void {
    writeFileSync(join(this.#folder, this.#hierarchy.file), this.#hierarchy.thawed);
  }

  [Symbol.dispose](): void {
    this.thaw();
    const pids = readFileSync(join(this.#folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean);
    for (const pid of pids) writeFileSync(join(this.#hierarchy.root, "cgroup.procs"), pid);
    rmdirSync(this.#folder);
    try {
      rmdirSync(dirname(this.#folder));
    } catch {
      // Another test, or a real docker, has its groups there.
    }
  }

  #isFrozen(): boolean {
    if (this.#hierarchy === LEGACY) return readFileSync(join(this.#folder, LEGACY.file), "utf8").trim() === "FROZEN";
    return /^frozen 1$/m.test(readFileSync(join(this.#folder, "cgroup.events"), "utf8"));
  }
}
