import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Wine } from "./wine.ts";

export const LOCAL = String.raw`HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;
export const POLICY = String.raw`HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall`;

/** The firewall's part of a wine's registry, and what its fakes tell. */
export class FirewallRegistry {
  constructor(private readonly wine: Wine) {}

  /** What kind of network this is, in Windows' own word; nothing: it is not told. */
  setKind(kind: "" | "Public" | "Private" | "DomainAuthenticated"): void {
    writeFileSync(join(this.wine.folder, "kind.txt"), kind);
  }

  /** Empties it. */
  async clear(): Promise<void> {
    for (const key of [LOCAL, POLICY]) await this.wine.run("reg.exe", "delete", key, "/f");
  }

  async addRule(id: string, text: string, store = LOCAL): Promise<void> {
    await this.#add(`${store}\\FirewallRules`, id, "REG_SZ", text);
  }

  async set(profile: string, name: string, value: number, store = LOCAL): Promise<void> {
    await this.#add(`${store}\\${profile}`, name, "REG_DWORD", String(value));
  }

  async #add(key: string, name: string, type: string, data: string): Promise<void> {
    const { end, stdout } = await this.wine.run("reg.exe", "add", key, "/v", name, "/t", type, "/d", data, "/f");
    if (end !== 0) throw new Error(`reg add ${key} ${name}: ${stdout}`);
  }
}
