import { join } from "node:path";
import type { InstallStep } from "../install-step.ts";
import { homeFolder } from "./folders.ts";
import type { Schedule, ScheduleMachine, Scheduler, Standing } from "./scheduler.ts";

const LABEL = "portguard.clean";

/** An agent of the user's own: a property list, and launchctl to load it. */
export const launchd: Scheduler = {
  name: "launchd",
  title: "a launchd agent",
  caveat: "it runs while you are logged in at this Mac",
  missing: async ({ hasProgram }) => (hasProgram("launchctl") ? undefined : "there is no `launchctl` here"),
  look: async (machine): Promise<Standing> => {
    const text = machine.readText(pathOf(machine));
    if (text === undefined) return { kind: "absent" };
    const every = /<key>StartInterval<\/key>\s*<integer>(\d+)<\/integer>/.exec(text)?.[1];
    const loaded = await machine.run({ argv: ["launchctl", "print", `${domainOf(machine)}/${LABEL}`] });
    if (loaded.kind !== "ended" || loaded.code !== 0) {
      return { kind: "unknown", because: `${LABEL} is written, but not loaded` };
    }
    const program = /<array>\s*<string>([^<&]*)<\/string>/.exec(text)?.[1];
    return {
      kind: "present",
      ...(every !== undefined && { everyMs: Number(every) * 1000 }),
      ...(program !== undefined && { program }),
    };
  },
  planInstall: (schedule, machine): InstallStep[] => [
    { do: "write", path: pathOf(machine), text: renderAgent(schedule) },
    // One that is loaded already goes on by what it was loaded with.
    { do: "run", argv: ["launchctl", "bootout", `${domainOf(machine)}/${LABEL}`], mayFail: true },
    { do: "run", argv: ["launchctl", "bootstrap", domainOf(machine), pathOf(machine)] },
  ],
  planRemoval: (machine): InstallStep[] => [
    { do: "run", argv: ["launchctl", "bootout", `${domainOf(machine)}/${LABEL}`], mayFail: true },
    { do: "remove", path: pathOf(machine) },
  ],
};

function pathOf({ env }: ScheduleMachine): string {
  return join(homeFolder(env), "Library", "LaunchAgents", `${LABEL}.plist`);
}

/** Of the one who is logged in at the screen. */
function domainOf({ uid }: ScheduleMachine): string {
  return `gui/${uid}`;
}

function renderAgent({ everyMs, argv, env }: Schedule): string {
  const variables = Object.entries(env).flatMap(([name, value]) => [
    `    <key>${escape(name)}</key>`,
    `    <string>${escape(value)}</string>`,
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    "<!-- written by portguard clean schedule: the same with its flag remove takes it back -->",
    '<plist version="1.0">',
    "<dict>",
    "  <key>Label</key>",
    `  <string>${LABEL}</string>`,
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...argv.map((word) => `    <string>${escape(word)}</string>`),
    "  </array>",
    ...(variables.length > 0 ? ["  <key>EnvironmentVariables</key>", "  <dict>", ...variables, "  </dict>"] : []),
    "  <key>StartInterval</key>",
    `  <integer>${Math.round(everyMs / 1000)}</integer>`,
    "  <key>ProcessType</key>",
    "  <string>Background</string>",
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
