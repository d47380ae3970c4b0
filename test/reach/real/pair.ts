import { writeFileSync } from "node:fs";
import { freePort } from "../../drive/free-port.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { joinNamespaces } from "./own-server.ts";
import { reach } from "./reach.ts";

export const OURS = "192.168.82.20";
export const THEIRS = "192.168.82.30";

/** Two machines and a cable between them. */
export class Pair implements Disposable {
  readonly #all = new DisposableStack();
  readonly here = this.#all.use(new OwnNamespace());
  readonly there = this.#all.use(new OwnNamespace());
  readonly port = freePort();

  constructor() {
    joinNamespaces([this.here, `${OURS}/24`, "lan0"], [this.there, `${THEIRS}/24`, "lan0"]);
  }

  reach(target: string, ...flags: readonly string[]) {
    return reach([target.replace("PORT", `${this.port}`), ...flags], { within: this.here });
  }

  [Symbol.dispose](): void {
    this.#all.dispose();
  }
}

/** Rules of the machine there. */
export function filter(within: OwnNamespace, hook: "input" | "output", rule: string): void {
  using table = emptyFolder();
  const chain = `type filter hook ${hook} priority 0; ${rule};`;
  writeFileSync(table.file("rules"), `table inet portguard_test {\n chain ${hook} { ${chain} }\n}\n`);
  within.run("nft", "-f", table.file("rules"));
}
