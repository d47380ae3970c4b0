import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wineRoot } from "../../scripts/wine.ts";
import { Space } from "../firewall/write/space.ts";

/** Where it is on its network, `lan0`. */
export const OWN = { v4: "192.168.77.20", v6: "fd77::20" } as const;

/**
 * A Windows of one test's own: a copy of wine that holds only what is changed, so that nobody else has its registry, in a
 * network namespace with one network.
 */
export class WineMachine implements Disposable {
  readonly #space = new Space();
  readonly #folder = mkdtempSync(join(tmpdir(), "portguard-machine-"));
  #pid = 0;

  private constructor() {}

  static async open(): Promise<WineMachine> {
    const machine = new WineMachine();
    const space = machine.#space;
    space.ip("link", "add", "lan0", "type", "veth", "peer", "name", "other");
    space.ip("addr", "add", `${OWN.v4}/24`, "dev", "lan0");
    space.ip("addr", "add", `${OWN.v6}/64`, "dev", "lan0", "nodad");
    for (const name of ["lan0", "other"]) space.ip("link", "set", name, "up");
    const mounts = [
      "mount --make-rprivate /",
      'mount -t tmpfs tmpfs "$2"',
      'mkdir "$2/upper" "$2/work" "$2/root"',
      'mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"',
      "echo ready",
      "exec sleep 3600",
    ].join(" && ");
    const held = await space.start("unshare", "-m", "sh", "-c", mounts, "sh", wineRoot(), machine.#folder);
    machine.#pid = held.pid;
    return machine;
  }

  /** wine's root, as it is in there. */
  get root(): string {
    return join(this.#folder, "root");
  }

  /** In front of a command, to have it run in there. */
  get prefix(): readonly string[] {
    return ["nsenter", "-t", String(this.#pid), "-m", "-n", "--"];
  }

  [Symbol.dispose](): void {
    const end = ["env", "-i", "HOME=/root", "WINEPREFIX=/wp", "/usr/lib/wine/wineserver64", "-k"];
    Bun.spawnSync([...this.prefix, "chroot", this.root, ...end], { stdin: "ignore" });
    this.#space[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
