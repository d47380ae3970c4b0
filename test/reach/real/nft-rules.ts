import { writeFileSync } from "node:fs";
import type { OwnNamespace } from "../../os/own-namespace.ts";
import { emptyFolder } from "../../servers/work-folder.ts";

/** Loads rules in the language of nft. */
export function load(within: OwnNamespace, rules: string): void {
  using folder = emptyFolder();
  writeFileSync(folder.file("rules"), `${rules}\n`);
  within.run("nft", "-f", folder.file("rules"));
}

/** One base chain of the table `inet tests`. */
export function chain(within: OwnNamespace, hook: string, body: string, options = "priority 0; policy accept;"): void {
  load(within, `table inet tests {\nchain ${hook} {\ntype filter hook ${hook} ${options}\n${body}\n}\n}`);
}
