import { expect, test } from "bun:test";
import { launchd } from "../../src/install/schedule/launchd.ts";
import type { ScheduleMachine } from "../../src/install/schedule/scheduler.ts";
import { need } from "../need.ts";
import { ABSENT, fakeMachine, ODD_WORDS } from "./programs.ts";

const PATH = "/home/ada/Library/LaunchAgents/portguard.clean.plist";
const schedule = {
  everyMs: 300_000,
  argv: ["/opt/a & b/portguard", "<clean>", ...ODD_WORDS],
  env: { XDG_STATE_HOME: "/s & t" },
};

function textOf(): string {
  const [step] = launchd.planInstall(schedule, fakeMachine(), ABSENT);
  return step?.do === "write" ? step.text : "";
}

test("the agent is written, an earlier one unloaded, and this one loaded", () => {
  const [write, ...runs] = launchd.planInstall(schedule, fakeMachine(), ABSENT);
  expect(write).toMatchObject({ do: "write", path: PATH });
  expect(runs).toEqual([
    { do: "run", argv: ["launchctl", "bootout", "gui/1000/portguard.clean"], mayFail: true },
    { do: "run", argv: ["launchctl", "bootstrap", "gui/1000", PATH] },
  ]);
});

test("it is unloaded and its file removed", () => {
  expect(launchd.planRemoval(fakeMachine(), ABSENT)).toEqual([
    { do: "run", argv: ["launchctl", "bootout", "gui/1000/portguard.clean"], mayFail: true },
    { do: "remove", path: PATH },
  ]);
});

test("it is seen by its file and by launchctl", async () => {
  const asked: string[] = [];
  const loaded: ScheduleMachine["run"] = async ({ argv }) => {
    asked.push(argv.join(" "));
    return { kind: "ended", code: 0, stdout: "", stderr: "" };
  };
  const readText = (path: string) => (path === PATH ? textOf() : undefined);
  expect(await launchd.look(fakeMachine({ readText, run: loaded }))).toEqual({ kind: "present", everyMs: 300_000 });
  expect(asked).toEqual(["launchctl print gui/1000/portguard.clean"]);
  expect(await launchd.look(fakeMachine({ readText }))).toMatchObject({ kind: "unknown" });
  expect(await launchd.look(fakeMachine())).toEqual(ABSENT);
});

if (need("python3")) {
  test("a property list parser reads the words and the environment as they were", () => {
    const program = "import plistlib, json, sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)";
    const { stdout } = Bun.spawnSync(["python3", "-c", program], { stdin: Buffer.from(textOf()) });
    expect(JSON.parse(stdout.toString())).toEqual({
      Label: "portguard.clean",
      ProgramArguments: schedule.argv,
      EnvironmentVariables: schedule.env,
      StartInterval: 300,
      ProcessType: "Background",
    });
  });
}
