import { describe, expect, test } from "bun:test";
import type { Life } from "../../src/core/origin.ts";
import { seen } from "../../src/core/seen.ts";
import { judge } from "../../src/holders/judge.ts";
import { findStartedBy } from "../../src/holders/started-by.ts";
import { ABANDONED, ADOPTED, factsOf, kin } from "./facts.ts";

const LEFT = kin({}, ADOPTED);
const NULL = { kind: "null" } as const;
const FILE = { kind: "file", path: "/tmp/log" } as const;
const grade = (...args: Parameters<typeof factsOf>) => judge(factsOf(...args)).grade;
const doubt = (...args: Parameters<typeof factsOf>) => judge(factsOf(...args)).because;

describe("who may be a child of a container's first process", () => {
  const either = kin({}, { kind: "either", by: 1 });

  test("can't be told from an orphan, and only looks like one where nobody talks to it any more", () => {
    const open: Partial<Life> = { stdio: seen([NULL, FILE, FILE]) };
    expect(grade([either], open)).toBe("unknown");
    expect(doubt([either], open)).toEndWith("init (pid 1) may have started it, or inherited it");
    expect(grade([either])).toBe("likely");
    expect(grade([either], {}, 1)).toBe("unknown");
    expect(grade([either], { hangup: seen("ignored") })).toBe("kept");
  });

  test("is live below a program that lives, and not below a wrapper alone", () => {
    const below = (name: string) => {
      const above = kin({ pid: 490, name, command: [name] }, { kind: "either", by: 1 });
      return grade([kin({}, { kind: "started", by: 490 }), above], { stdio: seen([NULL, FILE, FILE]) });
    };
    expect(below("my-runner")).toBe("live");
    expect(below("npm")).toBe("unknown");
  });

  test("is not what a known starter has started that has only inherited it", () => {
    const sshd = kin({ pid: 1, ppid: 0, name: "sshd", command: ["sshd", "-D"] }, { kind: "first" });
    const [left, maybe] = [LEFT, either].map((self) => findStartedBy([self, sshd], ABANDONED, 8000, undefined).kind);
    expect([left, maybe]).toEqual(["gone", "remote"]);
  });
});

test("every verdict reads on after `it is`", () => {
  const started = (name: string) => kin({ pid: 490, name, command: [name] }, { kind: "started", by: 1 });
  const below = (name: string) => doubt([kin({}, { kind: "started", by: 490 }), started(name)]);
  expect(below("bash")).toBe("not an orphan: bash (pid 490), which started it, is there");
  expect(below("PM2 v5.4.3: God")).toBe("looked after by PM2 v5.4.3: God (pid 490)");
  expect(doubt([kin({}, { kind: "started", by: 1 })])).toBe("not an orphan: init (pid 1), which started it, is there");
  expect(doubt([kin({}, { kind: "unseen", because: "its parent, 1, is hidden from us" })])).toBe(
    "perhaps an orphan, which can't be told: its parent, 1, is hidden from us",
  );
  expect(doubt([LEFT], { hangup: seen("ignored") })).toBe("made to outlive whoever started it");
  expect(doubt([LEFT], {}, 1)).toBe("probably an orphan: whoever started it is gone, but somebody is connected to it");
});
