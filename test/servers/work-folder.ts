import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { committed, partFolder } from "./parts.ts";

/** A folder that goes away with its test. */
export class WorkFolder implements Disposable {
  constructor(readonly path: string) {}

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function emptyFolder(): WorkFolder {
  return new WorkFolder(mkdtempSync(join(tmpdir(), "portguard-work-")));
}

/** A copy of the programs in test/servers/programs/NAME, to be changed while they run. */
export function copyOfPrograms(name: string): WorkFolder {
  const folder = emptyFolder();
  cpSync(committed(`programs/${name}`), folder.path, { recursive: true });
  return folder;
}

/** The same, below the installed node_modules: Vite and Next look for their packages in the folders above. */
export function copyOfProject(name: string): WorkFolder {
  const path = join(partFolder("node"), "runs", randomUUID());
  mkdirSync(path, { recursive: true });
  cpSync(committed(`programs/${name}`), path, { recursive: true });
  return new WorkFolder(path);
}
