import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { freePort } from "../../drive/free-port.ts";
import { until } from "../../drive/until.ts";
import { need } from "../../need.ts";
import { OwnNamespace } from "../../os/own-namespace.ts";
import { describeServer } from "../../servers/find-server.ts";
import { copyOfProject, emptyFolder } from "../../servers/work-folder.ts";
import { addInterface, joinNamespaces, needOwnServers, programOf, startServer } from "./own-server.ts";
import { expectBlocked, expectHealthy, expectWarned, reach } from "./reach.ts";

const LAN = "192.168.86.20";

/** A machine whose hosts file and resolvers are a test's own; /etc itself is not touched. */
class NamedMachine implements Disposable {
  readonly #all = new DisposableStack();
  readonly within = this.#all.use(new OwnNamespace());
  readonly #folder = this.#all.use(emptyFolder());
  readonly port = freePort();

  constructor(hosts: string, resolvers: readonly string[] = []) {
    addInterface(this.within, "lan0", `${LAN}/24`);
    writeFileSync(this.#folder.file("hosts"), hosts);
    const lines = resolvers.map((address) => `nameserver ${address}\n`).join("");
    writeFileSync(this.#folder.file("resolv.conf"), `${lines}options timeout:1 attempts:1\n`);
    writeFileSync(this.#folder.file("nsswitch.conf"), "hosts: files dns\n");
  }

  /** A resolver in there that knows these names, or asks another one for them. */
  async resolve(address: string, ...flags: readonly string[]): Promise<void> {
    const own = [`--listen-address=${address}`, "--bind-interfaces", "--port=53", "--conf-file=/dev/null"];
    const rest = ["--no-resolv", "--no-hosts", "--no-daemon", "--log-facility=-", "--user=root", ...flags];
    await this.within.start("sh", "-c", 'exec "$0" "$@" 2>&1', "dnsmasq", ...own, ...rest);
    await until(`a resolver at ${address}`, () => this.within.run("ss", "-uln").includes(`${address}:53`));
  }

  async reach(target: string, ...flags: readonly string[]) {
    const script =
      'for name in hosts resolv.conf nsswitch.conf; do mount --bind "$0/$name" "/etc/$name"; done; exec "$@"';
    const before = ["unshare", "--mount", "sh", "-e", "-c", script, this.#folder.path];
    return reach([target.replace("PORT", `${this.port}`), ...flags], { within: this.within, before });
  }

  [Symbol.dispose](): void {
    this.#all.dispose();
  }
}

function groupTests(): void {
  describe("NO_ADDRESS_OF_FAMILY", () => {
    test("is named where -6 leaves nothing of the name, and not where it has both", async () => {
      using machine = new NamedMachine("127.0.0.1 four.test\n127.0.0.1 both.test\n::1 both.test\n");
      await startServer(machine.within, "127.0.0.1", machine.port);
      await startServer(machine.within, "::1", machine.port);
      expectBlocked(await machine.reach("four.test:PORT", "-6"), "NO_ADDRESS_OF_FAMILY", /four\.test is 127\.0\.0\.1/);
      expectHealthy(await machine.reach("both.test:PORT", "-6"));
    });
  });

  describe("LOCALHOST_IPV6_FIRST", () => {
    test("warns where ::1 comes first and the server is on 127.0.0.1, and not where it has both", async () => {
      using machine = new NamedMachine("::1 localhost\n127.0.0.1 localhost\n");
      await startServer(machine.within, "127.0.0.1", machine.port);
      const reached = await machine.reach("localhost:PORT");
      expectWarned(reached, "LOCALHOST_IPV6_FIRST", /localhost is ::1, 127\.0\.0\.1, in this order/);
      const [instead = []] = reached.findings[0]?.remedies[0]?.commands ?? [];
      expect(instead).toEqual(["portguard", "reach", `127.0.0.1:${machine.port}`]);
      expectHealthy(await machine.reach(instead[2]!));
      await startServer(machine.within, "::1", machine.port + 1);
      await startServer(machine.within, "127.0.0.1", machine.port + 1);
      const both = await machine.reach(`localhost:${machine.port + 1}`);
      expect(both.findings.map(({ code }) => code)).not.toContain("LOCALHOST_IPV6_FIRST");
    });

    test("is silent where localhost is 127.0.0.1 alone", async () => {
      using machine = new NamedMachine("127.0.0.1 localhost\n");
      await startServer(machine.within, "127.0.0.1", machine.port);
      expectHealthy(await machine.reach("localhost:PORT"));
    });
  });

  describe("WILDCARD_DESTINATION", () => {
    test("warns of 0.0.0.0 and of [::], which work here", async () => {
      using machine = new NamedMachine("127.0.0.1 localhost\n");
      await startServer(machine.within, "::", machine.port);
      for (const host of ["0.0.0.0", "[::]"]) {
        expectWarned(await machine.reach(`${host}:PORT`), "WILDCARD_DESTINATION", /takes the connection/);
      }
      expectHealthy(await machine.reach(`${LAN}:PORT`));
    });

    test("says that nobody listens where that is so", async () => {
      using machine = new NamedMachine("127.0.0.1 localhost\n");
      expectBlocked(await machine.reach("0.0.0.0:PORT"), "NO_LISTENER", /ECONNREFUSED/);
    });
  });

  describe("ZONE_MISSING", () => {
    test("is named where a link-local address has no interface, and its command mends it", async () => {
      using machine = new NamedMachine("127.0.0.1 localhost\n");
      using there = new OwnNamespace();
      joinNamespaces([machine.within, "192.168.87.20/24", "cable0"], [there, "192.168.87.30/24", "cable0"]);
      there.ip("addr", "add", "fe80::30/64", "dev", "cable0", "nodad");
      await startServer(there, "::", machine.port);
      const reached = await machine.reach("[fe80::30]:PORT");
      expectBlocked(reached, "ZONE_MISSING", /EINVAL|interfaces of this machine are/);
      const commands = reached.findings[0]?.remedies.flatMap((remedy) => remedy.commands) ?? [];
      const [, , instead = ""] = commands.find((argv) => argv.join(" ").includes("%cable0")) ?? [];
      await until("our own link-local address", () => !machine.within.ip("addr").includes("tentative"));
      expectHealthy(await machine.reach(instead));
      expectBlocked(await machine.reach("[fe80::30%gone0]:PORT"), "ZONE_MISSING", /interfaces of this machine are/);
    });
  });

  describe("RESOLVER_SILENT", () => {
    test("is named where the hosts file lacks the name and nobody can be asked", async () => {
      using machine = new NamedMachine(`${LAN} dev.test\n`);
      await startServer(machine.within, "0.0.0.0", machine.port);
      expectHealthy(await machine.reach("dev.test:PORT"));
      expectBlocked(await machine.reach("dve.test:PORT"), "RESOLVER_SILENT", /dve\.test: EAI_AGAIN/);
    });
  });
}

function groupResolverTests(): void {
  describe("of resolvers,", () => {
    test("one that knows no such name is NAME_NOT_FOUND", async () => {
      using machine = new NamedMachine("127.0.0.1 localhost\n", ["127.0.0.9"]);
      await machine.resolve("127.0.0.9", `--address=/nas.example/${LAN}`, "--local=/example/");
      await startServer(machine.within, "0.0.0.0", machine.port);
      expectHealthy(await machine.reach("nas.example:PORT"));
      const reached = await machine.reach("nsa.example:PORT");
      expectBlocked(reached, "NAME_NOT_FOUND", /it answers NXDOMAIN \(resolver 127\.0\.0\.9\)/);
    });

    test("one that is not there is RESOLVER_SILENT", async () => {
      using machine = new NamedMachine("127.0.0.1 localhost\n", ["127.0.0.9"]);
      expectBlocked(await machine.reach("nas.example:PORT"), "RESOLVER_SILENT", /127\.0\.0\.9|EAI_AGAIN/);
    });

    test("one that keeps private addresses back is REBIND_FILTER", async () => {
      using filtered = new NamedMachine("127.0.0.1 localhost\n", ["127.0.0.8", "127.0.0.9"]);
      await filtered.resolve("127.0.0.9", `--address=/nas.example/${LAN}`, "--local=/example/");
      await filtered.resolve("127.0.0.8", "--stop-dns-rebind", "--server=127.0.0.9");
      await startServer(filtered.within, "0.0.0.0", filtered.port);
      const reached = await filtered.reach("nas.example:PORT");
      expectBlocked(reached, "REBIND_FILTER", new RegExp(`it answers ${LAN} \\(resolver 127\\.0\\.0\\.9\\)`));
      expectHealthy(await filtered.reach(`${LAN}:PORT`));
    });

    test("one that gives the public address, where the server is on this very network, is NAT_HAIRPIN", async () => {
      using machine = new NamedMachine("127.0.0.1 localhost\n", ["127.0.0.8", "127.0.0.9"]);
      const outside = ["--address=/nas.example/203.0.113.9", "--address=/far.example/203.0.113.9"];
      await machine.resolve("127.0.0.8", "--local=/example/", ...outside);
      const inside = ["--address=/nas.example/192.168.86.30", "--address=/far.example/203.0.113.9"];
      await machine.resolve("127.0.0.9", "--local=/example/", ...inside);
      // A router that takes what it gets, and does not turn it back.
      const gateway = ["192.168.86.1", "dev", "lan0"];
      machine.within.ip("neigh", "add", ...gateway, "lladdr", "02:00:00:00:00:01", "nud", "permanent");
      machine.within.ip("route", "add", "default", "via", ...gateway);
      const reached = await machine.reach("nas.example:PORT", "--timeout", "2500ms");
      expectBlocked(reached, "NAT_HAIRPIN", /it answers 192\.168\.86\.30 \(resolver 127\.0\.0\.9\)/);
      expectBlocked(await machine.reach("far.example:PORT", "--timeout", "2500ms"), "DROPPED", /SYNs within/);
    });

    test("one that lets private addresses through is none", async () => {
      using open = new NamedMachine("127.0.0.1 localhost\n", ["127.0.0.8", "127.0.0.9"]);
      await open.resolve("127.0.0.9", `--address=/nas.example/${LAN}`, "--local=/example/");
      await open.resolve("127.0.0.8", "--server=127.0.0.9");
      await startServer(open.within, "0.0.0.0", open.port);
      expectHealthy(await open.reach("nas.example:PORT"));
    });
  });
}

function groupWebTests(): void {
  describe("PROXY_VARIABLE", () => {
    test("warns where clients would go by a proxy, and its command mends it", async () => {
      using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
      const url = `http://127.0.0.1:${server.port}/`;
      const env = { http_proxy: "http://192.0.2.9:3128", NO_PROXY: "localhost" };
      const reached = await reach([url], { env });
      expectWarned(reached, "PROXY_VARIABLE", /http_proxy=http:\/\/192\.0\.2\.9:3128/);
      const [, setting = ""] = reached.findings[0]?.remedies[0]?.commands[0] ?? [];
      const [name = "", value = ""] = setting.split("=");
      expectHealthy(await reach([url], { env: { ...env, [name]: value } }));
    });

    test("is silent without a variable, with one of another scheme, and where NO_PROXY covers it", async () => {
      using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
      const url = `http://127.0.0.1:${server.port}/`;
      expectHealthy(await reach([url]));
      expectHealthy(await reach([url], { env: { https_proxy: "http://192.0.2.9:3128" } }));
      const env = { HTTP_PROXY: "http://192.0.2.9:3128", no_proxy: "127.0.0.0/8" };
      expectHealthy(await reach([url], { env }));
    });
  });

  describe("BROWSER_PORT", () => {
    test("warns of a port that browsers refuse, where a web server has it", async () => {
      using within = new OwnNamespace();
      await within.start("python3", "-u", "-m", "http.server", "6000", "--directory", import.meta.dir);
      expectWarned(await reach(["6000"], { within }), "BROWSER_PORT", /on the list of bad ports/);
      expectWarned(await reach(["http://127.0.0.1:6000/"], { within }), "BROWSER_PORT", /on the list of bad ports/);
      await within.start("python3", "-u", "-m", "http.server", "6001", "--directory", import.meta.dir);
      expectHealthy(await reach(["6001"], { within }));
      await within.start("python3", programOf("server.py"), "127.0.0.1", "6667");
      expectHealthy(await reach(["6667"], { within }));
    });
  });

  describe("LOCAL_NETWORK_ACCESS", () => {
    test("warns of a page from the internet, and not of one from here", async () => {
      using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
      const url = `http://127.0.0.1:${server.port}/`;
      const reached = await reach([url, "--origin", "https://app.example.com"]);
      expectWarned(reached, "LOCAL_NETWORK_ACCESS", /127\.0\.0\.1 is this machine/);
      expectHealthy(await reach([url, "--origin", "http://localhost:3000"]));
    });
  });

  describeServer("vite", (path) => {
    test("that does not know the name is HOST_CHECK, and the setting that is told lets it in", async () => {
      using machine = new NamedMachine(`${LAN} dev.example\n127.0.0.1 localhost\n`);
      using project = copyOfProject("vite");
      const serve = async (port: number) => {
        const script = 'cd "$0" && HOME="$0" exec "$@" 2>&1';
        const argv = [path, "--host", "0.0.0.0", "--port", `${port}`, "--strictPort"];
        await machine.within.start("sh", "-c", script, project.path, ...argv);
        await until("vite", () => machine.within.run("ss", "-tln").includes(`:${port}`));
      };
      await serve(machine.port);
      const reached = await machine.reach("http://dev.example:PORT/");
      expectBlocked(reached, "HOST_CHECK", /Blocked request\. This host \("dev\.example"\) is not allowed/);
      const told = reached.findings[0]?.remedies[0]?.what ?? "";
      const setting = /`server\.(allowedHosts: \[[^`]*\])`/.exec(told)?.[1] ?? "";
      expectHealthy(await machine.reach("http://localhost:PORT/"));
      expectHealthy(await machine.reach(`http://${LAN}:PORT/`));
      writeFileSync(project.file("vite.config.js"), `export default { server: { ${setting} } };\n`);
      await serve(machine.port + 1);
      expectHealthy(await machine.reach(`http://dev.example:${machine.port + 1}/`));
    });
  });
}

if (needOwnServers()) {
  describe("of a name,", groupTests);
  if (need("dnsmasq")) groupResolverTests();
  describe("of a web client,", groupWebTests);
}
