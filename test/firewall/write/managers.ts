import type { Arena } from "./arena.ts";

/** A ufw that has its own copies of all that it writes; it refuses instead of dropping, so that nobody has to wait. */
export async function enableUfw(arena: Arena): Promise<void> {
  const setup = [
    "mount --make-rprivate /",
    'cp -a /etc/ufw "$1/ufw" && cp -a /etc/default "$1/default"',
    'mount --bind "$1/ufw" /etc/ufw && mount --bind "$1/default" /etc/default && mount -t tmpfs none /run',
    "ufw --force reset && ufw default reject incoming && ufw --force enable",
    // with its first change ufw completes chains that it had left empty
    "ufw allow 1/tcp && ufw delete allow 1/tcp",
    "rm -f /etc/ufw/*.rules.*",
  ].join(" && ");
  const keeper = await arena.server.start(
    "unshare",
    "-m",
    "bash",
    "-c",
    `(${setup}) >"$1/log" 2>&1 || { cat "$1/log" >&2; exit 1; }; echo ready; exec sleep infinity`,
    "bash",
    arena.folder,
  );
  arena.enter(keeper.pid);
}

/** A firewalld with a bus and a configuration of its own, in namespaces that end with the test. */
export async function startFirewalld(arena: Arena, engine: "nftables" | "iptables"): Promise<void> {
  const setup = [
    "mount --make-rprivate / && mount -t tmpfs none /run && mkdir -p /run/dbus",
    'cp -a /etc/firewalld "$1/firewalld" && mount --bind "$1/firewalld" /etc/firewalld',
    `sed -i s/^FirewallBackend=.*/FirewallBackend=${engine}/ /etc/firewalld/firewalld.conf`,
    "dbus-daemon --system --fork --nopidfile",
    "firewalld --nopid",
    "for i in $(seq 300); do firewall-cmd --state && break; sleep 0.1; done",
    "firewall-cmd --zone=public --change-interface=pg0",
  ].join(" && ");
  const keeper = await arena.server.start(
    "unshare",
    "-m",
    "-p",
    "-f",
    "--mount-proc",
    "--kill-child",
    "bash",
    "-c",
    `(${setup}) >"$1/log" 2>&1 || { cat "$1/log" >&2; exit 1; }; echo ready; sleep infinity`,
    "bash",
    arena.folder,
  );
  const children = await Bun.file(`/proc/${keeper.pid}/task/${keeper.pid}/children`).text();
  arena.enter(Number(children.trim()), "-p");
}
