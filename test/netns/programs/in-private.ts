import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is run, in a mount namespace of its own, where the manager's folder is a copy and /run is empty. */
export interface PrivateJob {
  readonly manager: "ufw" | "firewalld-nftables" | "firewalld-iptables";
  readonly commands: readonly (readonly string[])[];
}

const job = JSON.parse(process.argv[2]!) as PrivateJob;
const name = job.manager.split("-")[0]!;

function run(...argv: readonly string[]): void {
  const { success, stdout, stderr } = Bun.spawnSync([...argv], { stdin: "ignore" });
  if (!success) throw new Error(`${argv.join(" ")}: ${stdout.toString()}${stderr.toString()}`);
}

const own = mkdtempSync(join(tmpdir(), "portguard-netns-"));
const folder = join(own, name);
cpSync(`/etc/${name}`, folder, { recursive: true });
run("mount", "--bind", folder, `/etc/${name}`);
run("mount", "-t", "tmpfs", "tmpfs", "/run");

try {
  if (name === "ufw") for (const command of job.commands) run(...command);
  else await withFirewalld(() => job.commands.forEach((command) => run(...command)));
} finally {
  rmSync(own, { recursive: true });
}

/** With a bus of its own. Its rules stay when it is gone. */
async function withFirewalld(work: () => void): Promise<void> {
  const path = "/etc/firewalld/firewalld.conf";
  const settings = { FirewallBackend: job.manager.split("-")[1]!, CleanupOnExit: "no" };
  let text = readFileSync(path, "utf8");
  for (const [key, value] of Object.entries(settings)) {
    text = text.replace(new RegExp(`^#?\\s*${key}=.*$`, "m"), `${key}=${value}`);
  }
  writeFileSync(path, text);
  mkdirSync("/run/dbus");
  mkdirSync("/run/firewalld");
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  const bus = Bun.spawn(["dbus-daemon", "--system", "--nofork", "--nopidfile"], quiet);
  const daemon = Bun.spawn(["firewalld", "--nofork", "--nopid", "--log-file", "/run/firewalld/log"], quiet);
  try {
    const end = performance.now() + 30_000;
    while (!Bun.spawnSync(["firewall-cmd", "--state"], quiet).success) {
      if (performance.now() > end) throw new Error("firewalld does not answer");
      await Bun.sleep(50);
    }
    work();
  } finally {
    for (const each of [daemon, bus]) {
      each.kill();
      await each.exited;
    }
  }
}
