import { expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../drive.ts";
import { ask } from "../free/freeing.ts";
import { OWN_CRON } from "../install/own-cron.ts";
import { need, needThat } from "../need.ts";

/** A home of its own, and programs of these names that write down their words and do nothing else. */
class Home implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "portguard-home-"));
  readonly #log = join(this.folder, "ran");

  constructor(...programs: readonly string[]) {
    mkdirSync(join(this.folder, "bin"));
    for (const name of programs) {
      const path = join(this.folder, "bin", name);
      writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${this.#log}\n`);
      chmodSync(path, 0o755);
    }
  }

  /** What was run since the last question. */
  ran(): string[] {
    const lines = existsSync(this.#log) ? readFileSync(this.#log, "utf8").trimEnd().split("\n") : [];
    rmSync(this.#log, { force: true });
    return lines;
  }

  schedule(...words: readonly string[]) {
    const env = { HOME: this.folder, XDG_CONFIG_HOME: "", PATH: `${this.folder}/bin:/usr/bin:/bin` };
    return ask(["clean", "schedule", ...words], { env });
  }

  files(): string[] {
    return readdirSync(this.folder, { recursive: true, encoding: "utf8" }).filter((path) => /portguard/.test(path));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const UNITS = [".config/systemd/user/portguard-clean.service", ".config/systemd/user/portguard-clean.timer"];

test("is a systemd timer where the user has one: shown, made, seen, made anew, taken back", async () => {
  using home = new Home("systemctl");
  const planned = await home.schedule("--dry-run", "--under", "/tmp");
  expect(planned.stdout).toContain(`ExecStart=${binary()} clean --stop --scheduled --quiet --under /tmp`);
  expect(home.files()).toEqual([]);
  expect(await home.schedule("--status")).toMatchObject({ exit: 1 });
  home.ran();
  for (const every of ["5m", "15m"]) {
    const { exit, stdout, stderr } = await home.schedule("--every", every, "--with", "systemd");
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toStartWith(`✓ orphans are looked for every ${every}, by a systemd user timer\n`);
    expect(home.files().toSorted()).toEqual(UNITS);
    expect(home.ran()).toContain("systemctl --user restart portguard-clean.timer");
    expect((await home.schedule("--status")).stdout).toBe(
      `✓ orphans are looked for every ${every}, by a systemd user timer\n`,
    );
  }
  home.ran();
  expect(await home.schedule("--remove")).toMatchObject({ exit: 0, stdout: "✓ the schedule was taken back\n" });
  expect(home.ran()).toContain("systemctl --user disable --now portguard-clean.timer");
  expect(home.files()).toEqual([]);
  expect(await home.schedule("--remove")).toMatchObject({ exit: 0, stdout: "✓ there was no schedule\n" });
});

test("is left as it is where it is there already, and is known by its program when that is moved", async () => {
  using home = new Home("systemctl");
  const [program, moved] = ["portguard", "elsewhere"].map((name) => join(home.folder, name));
  copyFileSync(binary(), program!);
  const schedule = (path: string, ...words: readonly string[]) => {
    const env = { HOME: home.folder, XDG_CONFIG_HOME: "", PATH: `${home.folder}/bin:/usr/bin:/bin` };
    const { exitCode, stdout } = Bun.spawnSync([path, "clean", "schedule", ...words], {
      env: { ...process.env, ...env, LC_ALL: "C.UTF-8", XDG_STATE_HOME: "" },
    });
    return { exit: exitCode, stdout: stdout.toString().split("\n") };
  };
  expect(schedule(program!)).toMatchObject({ exit: 0 });
  home.ran();
  expect(schedule(program!)).toMatchObject({ exit: 0 });
  expect(home.ran().filter((each) => !/show-environment|is-active/.test(each))).toEqual([]);
  renameSync(program!, moved!);
  const astray = schedule(moved!, "--status");
  expect(astray.exit).toBe(1);
  expect(astray.stdout[0]).toBe(
    `✗ nothing is looked for: a systemd user timer starts ${program}, which is not there any more`,
  );
  expect(JSON.parse(schedule(moved!, "--status", "--json").stdout[0]!)).toMatchObject({ state: "astray", program });
  expect(schedule(moved!)).toMatchObject({ exit: 0 });
  expect(schedule(moved!, "--status")).toMatchObject({ exit: 0 });
  expect((await home.schedule("--status")).stdout.split("\n")[1]).toBe(
    `  by another portguard than this one: ${moved}`,
  );
});

test("is found and taken back where no systemd of the user runs, all of it", async () => {
  using home = new Home("systemctl");
  expect(await home.schedule()).toMatchObject({ exit: 0 });
  // As `systemctl enable` would have made it.
  const wants = join(home.folder, ".config/systemd/user/timers.target.wants");
  mkdirSync(wants);
  symlinkSync("../portguard-clean.timer", join(wants, "portguard-clean.timer"));
  writeFileSync(join(home.folder, "bin", "systemctl"), "#!/bin/sh\nexit 1\n");
  const status = await home.schedule("--status");
  expect(status.exit).toBe(3);
  expect(status.stdout).toContain("portguard-clean.timer is written, but systemd does not run this user's session");
  expect(await home.schedule("--status", "--with", "systemd")).toEqual(status);
  expect(await home.schedule("--remove")).toMatchObject({ exit: 0, stdout: "✓ the schedule was taken back\n" });
  expect(home.files()).toEqual([]);
});

test("is a launchd agent where that is asked for: the very words that launchctl got", async () => {
  using home = new Home("launchctl");
  const agent = join(home.folder, "Library/LaunchAgents/portguard.clean.plist");
  expect(await home.schedule("--with", "launchd")).toMatchObject({ exit: 0 });
  const domain = `gui/${process.getuid?.()}`;
  expect(home.ran()).toEqual([`launchctl bootout ${domain}/portguard.clean`, `launchctl bootstrap ${domain} ${agent}`]);
  expect(readFileSync(agent, "utf8")).toContain(`<string>${binary()}</string>`);
  expect(await home.schedule("--with", "launchd", "--remove")).toMatchObject({ exit: 0 });
  expect(existsSync(agent)).toBe(false);
});

test("leaves nothing where it could not be started, and says why", async () => {
  using home = new Home();
  const path = join(home.folder, "bin", "systemctl");
  writeFileSync(path, '#!/bin/sh\n[ "$2" != enable ] || { echo "no medium found" >&2; exit 1; }\n');
  chmodSync(path, 0o755);
  const { exit, stdout } = await home.schedule("--with", "systemd");
  expect(stdout).toContain("✗ could not run systemctl --user enable portguard-clean.timer: no medium found");
  expect(exit).toBe(1);
  expect(home.files()).toEqual([]);
});

test("is refused where this machine has nothing that runs programs by the clock", async () => {
  using home = new Home();
  const { exit, stderr } = await ask(["clean", "schedule"], {
    env: { HOME: home.folder, PATH: join(home.folder, "bin") },
  });
  expect(exit).toBe(1);
  expect(stderr).toContain("there is no `systemctl` here, and there is no `crontab` here");
});

if (need("cron", "crontab", "unshare") && needThat("root (for a mount namespace)", process.getuid?.() === 0)) {
  test("is a line of cron's where there is no systemd of the user, and another's line stays", () => {
    using home = new Home();
    const schedule = `${binary()} clean schedule`;
    const steps = [
      "printf '0 4 * * * backup\\n' | crontab -",
      `${schedule} --every 10m`,
      `${schedule} --every 20m --match 'a %'`,
      "crontab -l",
      `${schedule} --status`,
      `${schedule} --remove`,
      "crontab -l",
      `${schedule} --status || echo "status $?"`,
    ];
    const { stdout, stderr } = Bun.spawnSync([...OWN_CRON, "sh", "-ec", steps.join("\n")], {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: home.folder,
        LC_ALL: "C.UTF-8",
        XDG_STATE_HOME: join(home.folder, "it's"),
      },
    });
    expect(stderr.toString()).toBe("");
    const line = `*/20 * * * * env 'XDG_STATE_HOME=${home.folder}/it'\\''s' ${binary()} clean --stop --scheduled --quiet --match 'a '\\% # portguard-clean`;
    const told = stdout
      .toString()
      .split("\n")
      .filter((each) => !each.startsWith("  "));
    expect(told).toEqual([
      "✓ orphans are looked for every 10m, by a line of your crontab",
      "✓ orphans are looked for every 20m, by a line of your crontab",
      "0 4 * * * backup",
      line,
      "✓ orphans are looked for every 20m, by a line of your crontab",
      "✓ the schedule was taken back",
      "0 4 * * * backup",
      "✗ there is no schedule",
      "status 1",
      "",
    ]);
  });
}
