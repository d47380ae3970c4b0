import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RuleEntry } from "../../src/core/rule-journal.ts";
import { RuleFiles } from "../../src/state/rule-journal.ts";
import { stateFolder } from "../../src/state/state-folder.ts";

const ENTRY: RuleEntry = {
  version: 1,
  id: "abc234",
  backend: "iptables",
  createdAt: "2026-01-02T03:04:05.678Z",
  state: "applied",
  request: {
    id: "abc234",
    action: "open",
    protocol: "tcp",
    ports: { first: 8000, last: 8000 },
    from: { kind: "network", address: { family: 4, text: "10.0.0.0", scopeId: 0 }, prefix: 8 },
  },
  steps: [
    {
      part: "apply",
      state: "done",
      step: {
        what: "let in tcp 8000",
        argv: ["iptables", "-I", "INPUT"],
        risk: "exposes",
        unless: { kind: "succeeds", argv: ["iptables", "-C", "INPUT"] },
        undo: [{ what: "take it back", argv: ["iptables", "-D", "INPUT"], risk: "none", undo: [] }],
      },
    },
  ],
};

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "portguard-state-"));
  readonly files = new RuleFiles(join(this.path, "portguard"));
  readonly rules = join(this.path, "portguard", "rules");

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function because(folder: Folder, id = ENTRY.id): string | undefined {
  const listed = folder.files.read(id);
  return listed?.kind === "unreadable" ? listed.because : undefined;
}

describe("the journal of rules", () => {
  test("an entry is read back as it was written, by its owner alone", () => {
    using folder = new Folder();
    expect(folder.files.list()).toEqual([]);
    folder.files.write(ENTRY);
    folder.files.write({
      ...ENTRY,
      id: "older",
      request: { ...ENTRY.request, id: "older" },
      createdAt: "2025-01-01T00:00:00.000Z",
    });
    expect(folder.files.list().map((each) => (each.kind === "entry" ? each.entry.id : each))).toEqual([
      "older",
      "abc234",
    ]);
    expect(folder.files.read(ENTRY.id)).toEqual({ kind: "entry", entry: ENTRY });
    expect(statSync(folder.rules).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder.rules, "abc234.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.rules).toSorted()).toEqual(["abc234.json", "older.json"]);
  });

  test("what is removed is gone, and may be removed again", () => {
    using folder = new Folder();
    folder.files.remove(ENTRY.id);
    folder.files.write(ENTRY);
    folder.files.remove(ENTRY.id);
    expect(folder.files.read(ENTRY.id)).toBeUndefined();
    folder.files.remove(ENTRY.id);
  });

  test("a file that is not whole, of another version, or not of that rule is told, and left as it is", () => {
    using folder = new Folder();
    folder.files.write(ENTRY);
    const path = join(folder.rules, "abc234.json");
    const whole = readFileSync(path, "utf8");
    const broken = {
      "it is not whole": whole.slice(0, -20),
      "it has version 2, and this portguard knows 1": whole.replace('"version": 1', '"version": 2'),
      "it is of rule other": whole.replaceAll("abc234", "other"),
      "its `steps` is not understood": whole.replace('"argv": [', '"argv": [7,'),
      "its `backend` is not understood": whole.replace('"iptables"', '"ipchains"'),
      "its `request` is not understood": whole.replace('"10.0.0.0"', '"10.0.0"'),
    };
    for (const [why, text] of Object.entries(broken)) {
      writeFileSync(path, text);
      expect(because(folder)).toBe(why);
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });

  test("any file cut short anywhere is told, never taken for an entry", () => {
    using folder = new Folder();
    folder.files.write(ENTRY);
    const path = join(folder.rules, "abc234.json");
    const whole = readFileSync(path, "utf8").trimEnd();
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(path, whole.slice(0, length));
      expect(folder.files.read(ENTRY.id)?.kind).toBe("unreadable");
    }
  });

  test("a file that others may write to, a link, a huge one and a strange name are not trusted", () => {
    using folder = new Folder();
    folder.files.write(ENTRY);
    const path = join(folder.rules, "abc234.json");
    chmodSync(path, 0o666);
    expect(because(folder)).toBe("others may write to it");
    chmodSync(path, 0o600);
    symlinkSync(path, join(folder.rules, "linked.json"));
    expect(because(folder, "linked")).toBeString();
    writeFileSync(join(folder.rules, "large.json"), " ".repeat(2 * 1024 * 1024), { mode: 0o600 });
    expect(because(folder, "large")).toBe("it has 2097152 bytes");
    writeFileSync(join(folder.rules, "A B.json"), "{}");
    const odd = folder.files.list().find((each) => each.kind === "unreadable" && each.path.endsWith("A B.json"));
    expect(odd).toMatchObject({ because: "its name is no rule's" });
    expect(() => folder.files.read("../abc234")).toThrow("not a rule's id");
  });

  test("a folder that was open to others is closed; one that is a link is refused", () => {
    using folder = new Folder();
    mkdirSync(folder.rules, { recursive: true, mode: 0o755 });
    chmodSync(folder.rules, 0o755);
    folder.files.write(ENTRY);
    expect(statSync(folder.rules).mode & 0o777).toBe(0o700);
    rmSync(folder.rules, { recursive: true });
    symlinkSync(tmpdir(), folder.rules);
    expect(() => folder.files.write(ENTRY)).toThrow("is not a folder of this user");
  });
});

describe("the state folder", () => {
  test("is where the system has it", () => {
    expect(stateFolder("linux", { XDG_STATE_HOME: "/s", HOME: "/h" })).toBe("/s/portguard");
    expect(stateFolder("linux", { XDG_STATE_HOME: "s", HOME: "/h" })).toBe("/h/.local/state/portguard");
    expect(stateFolder("macos", { HOME: "/h" })).toBe("/h/.local/state/portguard");
    expect(stateFolder("windows", { LOCALAPPDATA: "/l" })).toBe("/l/portguard");
    expect(() => stateFolder("linux", {})).toThrow("HOME is not set");
  });
});
