import { describe, expect, test } from "bun:test";
import { Lineage, listOrphans, markEnvironment } from "../../src/os/macos/lineage.ts";
import type { Ancestry } from "../../src/os/macos/process-blocks.ts";

const LAUNCHD = { pid: 1, id: 1, parentId: 0 };
const TERMINAL = { pid: 300, id: 310, parentId: 1 };
const PORTGUARD = { pid: 500, id: 900, parentId: 310 };
const GUARD = { pid: 501, id: 901, parentId: 900 };
const COMMAND = { pid: 502, id: 902, parentId: 901 };
const WORKER = { pid: 503, id: 905, parentId: 902 };
const STRANGER = { pid: 600, id: 930, parentId: 1 };
const MACHINE = [LAUNCHD, TERMINAL, PORTGUARD, GUARD, STRANGER];

/** A machine whose processes the test says, look by look; `marked` ones have the command's environment. */
function watch(marked: readonly number[] = []) {
  const env = markEnvironment({ PATH: "/bin" });
  const asked: number[] = [];
  let now: readonly Ancestry[] = [];
  const lineage = new Lineage(GUARD.id, env, {
    everyone: () => now,
    environmentOf: (pid) => {
      asked.push(pid);
      return marked.includes(pid) ? Object.entries(env).map(([name, value]) => `${name}=${value}`) : ["PATH=/bin"];
    },
  });
  const look = (...processes: readonly Ancestry[]) => {
    now = [...MACHINE, ...processes];
    return lineage.scan().map(({ pid }) => pid);
  };
  return { look, asked };
}

describe("what descends from the guard", () => {
  test("is the command and its children, in whatever order they are listed", () => {
    expect(watch().look(WORKER, COMMAND)).toEqual([503, 502]);
  });

  test("is still found when its starter has died since the last look", () => {
    const { look } = watch();
    look(COMMAND, WORKER);
    expect(look(WORKER)).toEqual([503]);
    expect(look({ pid: 504, id: 940, parentId: WORKER.id })).toEqual([504]);
  });

  test("is still found when launchd adopted it and it became another program", () => {
    const { look } = watch();
    look(COMMAND, WORKER);
    expect(look({ ...WORKER, parentId: LAUNCHD.id })).toEqual([503]);
  });

  test("is found by its environment when its starter came and went between two looks", () => {
    const { look } = watch([510, 511]);
    look(COMMAND);
    expect(look(COMMAND, { pid: 510, id: 951, parentId: 950 })).toEqual([502, 510]);
    expect(look(COMMAND, { pid: 511, id: 953, parentId: LAUNCHD.id })).toEqual([502, 511]);
  });

  test("is never what launchd starts, though one of its children was adopted", () => {
    const { look } = watch([511]);
    const adopted = { pid: 511, id: 953, parentId: LAUNCHD.id };
    look(COMMAND, adopted);
    expect(look(COMMAND, adopted, { pid: 700, id: 960, parentId: LAUNCHD.id })).toEqual([502, 511]);
  });

  test("is not a stranger with the pid of one that ended", () => {
    const { look } = watch();
    look(COMMAND, WORKER);
    expect(look(COMMAND, { pid: WORKER.pid, id: 970, parentId: LAUNCHD.id })).toEqual([502]);
  });

  test("is what is left when the guard is gone", () => {
    const withoutGuard = [LAUNCHD, TERMINAL, PORTGUARD];
    const lineage = new Lineage(GUARD.id, {}, { everyone: () => [...withoutGuard, COMMAND], environmentOf: () => [] });
    expect(lineage.scan()).toEqual([COMMAND]);
  });
});

test("a stranger's environment is read once", () => {
  const { look, asked } = watch();
  look(COMMAND);
  look(COMMAND);
  expect(asked).toEqual([STRANGER.pid]);
});

test("what is older than the guard is no orphan of its command", () => {
  const older = { pid: 200, id: 250, parentId: 249 };
  expect(listOrphans([LAUNCHD, TERMINAL, GUARD, older, STRANGER], GUARD.id)).toEqual([STRANGER]);
});

test("each command has a mark of its own", () => {
  const [one, other] = [markEnvironment({ A: "1" }), markEnvironment({ A: "1" })];
  expect(Object.keys(one)).toEqual(["A", "PORTGUARD_TREE"]);
  expect(one["PORTGUARD_TREE"]).not.toBe(other["PORTGUARD_TREE"]);
});
