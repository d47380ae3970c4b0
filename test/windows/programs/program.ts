/**
 * What the tests run on Windows beside portguard: a server, a tree of processes, a thief, an editor. Called netsh.exe,
 * powershell.exe or schtasks.exe it is the fake of that. It needs nothing of portguard's own code.
 */
import { dlopen } from "bun:ffi";
import { existsSync, readSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fakeAdvfirewall, fakePowershell } from "./fake-firewall.ts";
import { fakeSchtasks } from "./fake-schtasks.ts";

const INHERIT = ["inherit", "inherit", "inherit"] as const;

const [verb = "", ...args] = process.argv.slice(2);

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Blocks until whoever started us closes our stdin. */
function waitForStdinEnd(): void {
  while (readSync(0, Buffer.alloc(64)) > 0);
}

function serve(port: number, hostname: string, ...more: readonly number[]): void {
  for (const each of [port, ...more]) {
    Bun.serve({ port: each, hostname, fetch: () => new Response(`served by ${process.pid}`) });
  }
  say({ ready: process.pid });
}

/** Without a console of its own a process must not have the handles of another's: wine then hangs it now and then. */
const STDIO = { tree: INHERIT, "quiet-tree": ["ignore", "ignore", "ignore"] } as const;

/**
 * A chain of `depth` processes below this one; the last one serves. They are detached, since Bun would otherwise put each
 * into a job of its parent's, and it is portguard's job that must end them.
 */
function grow(kind: keyof typeof STDIO, depth: number, port: string, hostname: string): void {
  if (depth === 0) return serve(Number(port), hostname);
  const argv = [process.execPath, kind, String(depth - 1), port, hostname];
  Bun.spawn(argv, { stdio: [...STDIO[kind]], detached: true });
  setInterval(() => {}, 60_000);
}

const openWinsock = () =>
  dlopen("ws2_32.dll", {
    socket: { args: ["i32", "i32", "i32"], returns: "u64" },
    setsockopt: { args: ["u64", "i32", "i32", "buffer", "i32"], returns: "i32" },
    bind: { args: ["u64", "buffer", "i32"], returns: "i32" },
    listen: { args: ["u64", "i32"], returns: "i32" },
    closesocket: { args: ["u64"], returns: "i32" },
    WSAStartup: { args: ["u16", "buffer"], returns: "i32" },
    WSAGetLastError: { args: [], returns: "i32" },
  }).symbols;

type Winsock = ReturnType<typeof openWinsock>;

/** SO_REUSEADDR is 4, and SO_EXCLUSIVEADDRUSE its complement. */
const OPTIONS = { plain: undefined, reuse: 4, exclusive: ~4 };

/** Binds and listens as a stranger would. Answers Winsock's error number, or 0: a theft. */
function take(winsock: Winsock, port: number, host: string, option: keyof typeof OPTIONS): number {
  const v6 = host.includes(":");
  const socket = winsock.socket(v6 ? 23 : 2, 1, 6);
  const chosen = OPTIONS[option];
  if (chosen !== undefined) winsock.setsockopt(socket, 0xffff, chosen, Uint32Array.of(1), 4);
  const name = new Uint8Array(v6 ? 28 : 16);
  name.set([v6 ? 23 : 2, 0, port >> 8, port & 255]);
  if (host === "127.0.0.1") name.set([127, 0, 0, 1], 4);
  if (host === "::1") name[23] = 1;
  const taken = winsock.bind(socket, name, name.length) === 0 && winsock.listen(socket, 1) === 0;
  const error = taken ? 0 : winsock.WSAGetLastError();
  if (!taken) winsock.closesocket(socket);
  return error;
}

function startWinsock(): Winsock {
  const winsock = openWinsock();
  winsock.WSAStartup(0x0202, new Uint8Array(408));
  return winsock;
}

/** Tries every address with every option, once. */
function stealOnce(port: number): void {
  const winsock = startWinsock();
  const options = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];
  const tries = ["0.0.0.0", "127.0.0.1", "::", "::1"].flatMap((host) => options.map((option) => ({ host, option })));
  say(tries.map(({ host, option }) => `${host} ${option} ${take(winsock, port, host, option)}`));
}

/** Waits until the file is there, takes the port, and keeps it. */
async function stealWhen(file: string, port: number): Promise<void> {
  const winsock = startWinsock();
  say({ waiting: process.pid });
  while (!existsSync(file)) await Bun.sleep(1);
  const error = take(winsock, port, "127.0.0.1", "plain");
  say(error === 0 ? { stolen: process.pid } : { refused: error });
  setInterval(() => {}, 60_000);
}

/** A command that is slow to bind: it says by a file that it runs, and does nothing more. */
function dawdle(file: string): void {
  writeFileSync(file, "");
  setInterval(() => {}, 60_000);
}

/**
 * Has the process that started us hear events of its console alone, one at each request: 1 is Ctrl-Break, 2 the closing of
 * the window. They come as Windows itself brings them, by a thread of this routine.
 */
function serveAndTell(port: number, events: number[]): void {
  const { OpenProcess, GetModuleHandleW, GetProcAddress, CreateRemoteThread } = dlopen("kernel32.dll", {
    OpenProcess: { args: ["u32", "i32", "u32"], returns: "u64" },
    GetModuleHandleW: { args: ["buffer"], returns: "u64" },
    GetProcAddress: { args: ["u64", "buffer"], returns: "u64" },
    CreateRemoteThread: { args: ["u64", "ptr", "u64", "u64", "u64", "u32", "ptr"], returns: "u64" },
  }).symbols;
  const everything = 0x1f_ffff;
  const routine = GetProcAddress(
    GetModuleHandleW(Buffer.from("kernelbase.dll\0", "utf16le")),
    Buffer.from("CtrlRoutine\0"),
  );
  const fetch = () => {
    const parent = OpenProcess(everything, 0, process.ppid);
    const thread = CreateRemoteThread(parent, null, 0, routine, events.shift() ?? 0, 0, null);
    return new Response(thread === 0n ? "nobody is told" : "told");
  };
  Bun.serve({ port, hostname: "127.0.0.1", fetch });
}

/** Starts a command with a pipe on its stdin, as an editor does; when our own stdin ends, closes that pipe or dies. */
async function edit(then: string, command: string[]): Promise<void> {
  // detached: Bun would otherwise put it into a job of its own and end it with us
  const child = Bun.spawn(command, { stdio: ["pipe", "inherit", "inherit"], detached: true });
  waitForStdinEnd();
  if (then === "die") process.exit(0);
  await child.stdin.end();
  process.exitCode = await child.exited;
}

/** Ends with all 32 bits of an exit code, which `process.exit` can't. */
function exitWith(code: number): void {
  dlopen("kernel32.dll", { ExitProcess: { args: ["u32"], returns: "void" } }).symbols.ExitProcess(code);
}

/** The table as netsh lays it out, with one range around `PORTGUARD_EXCLUDED`; only for the one question that is asked. */
function fakeNetsh(): void {
  if (process.argv.slice(2).join(" ") !== "int ipv4 show excludedportrange protocol=tcp") return;
  const port = Number(process.env["PORTGUARD_EXCLUDED"]);
  const head = "\r\nProtokoll tcp Portausschlussbereiche\r\n\r\nStartport    Endport\r\n----------    --------\r\n";
  process.stdout.write(`${head}${String(port - 1).padStart(10)}${String(port + 98).padStart(12)}\r\n\r\n`);
}

function run(): void | Promise<void> {
  switch (verb) {
    case "serve":
      return serve(Number(args[0]), args[1] ?? "127.0.0.1", ...args.slice(2).map(Number));
    case "tree":
    case "quiet-tree":
      return grow(verb, Number(args[0]), args[1] ?? "0", args[2] ?? "127.0.0.1");
    case "tell":
      return serveAndTell(Number(args[0]), args.slice(1).map(Number));
    case "steal-once":
      return stealOnce(Number(args[0]));
    case "steal":
      return stealWhen(args[0] ?? "", Number(args[1]));
    case "dawdle":
      return dawdle(args[0] ?? "");
    case "edit":
      return edit(args[0] ?? "", args.slice(1));
    case "exit":
      return exitWith(Number(args[0]));
    case "echo":
      return say({ argv: args, port: process.env["PORT"] });
    default:
      throw new Error(`there is no \`${verb}\` here`);
  }
}

switch (basename(process.execPath.replaceAll("\\", "/")).toLowerCase()) {
  case "netsh.exe":
    if (verb === "advfirewall") fakeAdvfirewall(process.argv.slice(2));
    else fakeNetsh();
    break;
  case "powershell.exe":
    fakePowershell(process.argv.slice(2));
    break;
  case "schtasks.exe":
    fakeSchtasks(process.argv.slice(2));
    break;
  default:
    await run();
}
