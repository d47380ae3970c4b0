import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";

const ARCH = "arm64";

/**
 * An apt with this machine's own sources, keys and installed packages, but with lists and archives in a folder of its
 * own, where it knows the packages of arm64 too. It needs no root and changes nothing on this machine.
 */
export class PrivateApt {
  readonly #archives: string;
  readonly #flags: readonly string[];

  private constructor(readonly folder: string) {
    this.#archives = join(folder, "cache", "archives");
    // The machine's own architecture is always among them.
    const options = {
      "Dir::State": folder,
      "Dir::State::status": "/var/lib/dpkg/status",
      "Dir::Cache": join(folder, "cache"),
      "APT::Architectures": ARCH,
      "APT::Sandbox::User": "root",
      // Nothing is installed, so the lock on what is installed, which only root may take, is not needed.
      "Debug::NoLocking": "true",
      "Acquire::Languages": "none",
    };
    this.#flags = ["-qq", ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`])];
  }

  static async open(folder: string): Promise<PrivateApt> {
    const apt = new PrivateApt(folder);
    await mkdir(join(folder, "lists", "partial"), { recursive: true });
    await mkdir(join(apt.#archives, "partial"), { recursive: true });
    await $`apt-get ${apt.#flags} update`;
    return apt;
  }

  /** Downloads these packages for arm64, without what they depend on. Answers where they are. */
  async downloadForeign(packages: readonly string[]): Promise<string[]> {
    const folder = join(this.folder, packages.join("+"));
    await mkdir(folder);
    await $({ cwd: folder })`apt-get ${this.#flags} download ${packages.map((name) => `${name}:${ARCH}`)}`;
    return listDebs(folder);
  }

  /** Downloads one package for this machine, with whatever it depends on and this machine lacks. */
  async downloadMissing(name: string): Promise<string[]> {
    await $`apt-get ${this.#flags} --yes --no-install-recommends --download-only install ${name}`.quiet();
    return listDebs(this.#archives);
  }
}

async function listDebs(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(".deb")).map((name) => join(folder, name));
}
