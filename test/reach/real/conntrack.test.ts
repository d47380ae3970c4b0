import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { freePort } from "../../drive/free-port.ts";
import { need, needThat } from "../../need.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { emptyFolder } from "../../servers/work-folder.ts";
import { needOwnServers, startServer } from "./own-server.ts";
import { expectBlocked, expectHealthy, reach } from "./reach.ts";

/** More would take the test too long; a namespace has the machine's own limit, and can't lower it. */
const MOST_ENTRIES = 1_100_000;
const PORTS = 60_000;

/** The limit of a namespace that counts its connections; nothing where the kernel doesn't know how. */
function readLimit(): number | undefined {
  try {
    return Number(readFileSync("/proc/sys/net/netfilter/nf_conntrack_max", "utf8"));
  } catch {
    return undefined;
  }
}

/** Entries of connections that both sides have used: the kernel never drops those to make room. */
function entries(from: number, to: number): string {
  const line = (index: number) => {
    const [host, port] = [Math.floor(index / PORTS) + 1, (index % PORTS) + 1];
    return `-I -s 10.0.0.1 -d 10.0.1.${host} -p tcp --sport ${port} --dport 80 --state ESTABLISHED --timeout 300 -u SEEN_REPLY,ASSURED`;
  };
  return Array.from({ length: to - from }, (_, index) => line(from + index)).join("\n");
}

function groupTests(limit: number): void {
  test("CONNTRACK_FULL is named where the table is full, and not while there is room", async () => {
    using within = new OwnNamespace();
    using folder = emptyFolder();
    const chain = "type filter hook input priority 0; ct state established accept;";
    writeFileSync(folder.file("rules"), `table inet portguard_test {\n chain input { ${chain} }\n}\n`);
    within.run("nft", "-f", folder.file("rules"));
    const port = freePort();
    await startServer(within, "127.0.0.1", port);
    const fill = (from: number, to: number) => {
      writeFileSync(folder.file("entries"), `${entries(from, to)}\n`);
      // It fails with the first entry that there is no room for.
      Bun.spawnSync(["ip", "netns", "exec", within.name, "conntrack", "-R", folder.file("entries")]);
    };
    fill(0, 100);
    expectHealthy(await reach([`127.0.0.1:${port}`], { within }));
    fill(100, limit + PORTS);
    const reached = await reach([`127.0.0.1:${port}`, "--timeout", "2500ms"], { within });
    expectBlocked(reached, "CONNTRACK_FULL", new RegExp(`of ${limit} entries are in use`));
    expect(reached.findings[0]?.remedies[0]?.commands[0]).toContain(`net.netfilter.nf_conntrack_max=${limit * 2}`);
  });
}

const limit = readLimit();
const isFit = needThat("a table of connections that can be filled", limit !== undefined && limit <= MOST_ENTRIES);
if (needOwnServers() && need("nft", "conntrack") && isFit) {
  describe("of the table of connections,", () => groupTests(limit!));
}
