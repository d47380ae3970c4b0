import { formatDuration } from "../../core/duration.ts";
import { fail } from "../../core/error.ts";
import { joinWords } from "../../core/port-held-error.ts";
import type { Exit, Os } from "../../core/os.ts";
import type { ReserveRequest } from "../../core/reserve-request.ts";
import { writeFully, writeLines } from "../../report/write.ts";
import { ownProgram } from "../own-program.ts";
import { openReservations } from "../../state/open-reservations.ts";
import type { Services } from "../services.ts";

const STDERR = 2;

/**
 * Holds in a process of its own, which outlives this one and its terminal, and answers once the ports are held; what it
 * says until then is said here. `words` are this command line's. Throws UNSUPPORTED.
 */
export async function holdDetached(
  words: readonly string[],
  request: ReserveRequest,
  services: Services,
): Promise<Exit> {
  const own = ["--events", "fd:1", "--quiet", "--outlive-parent"];
  const rest = words.filter((word) => word !== "--detach" && !own.includes(word));
  const child = spawn([...rest, ...own]);
  const said = passOn(child.stderr);
  const ports = await untilHeld(child.stdout);
  if (!ports) {
    await said;
    return { kind: "code", code: await child.exited };
  }
  child.unref();
  const name = findName(child.pid, await services.os());
  const term = request.forMs === undefined ? "until it is stopped" : `for ${formatDuration(request.forMs)}`;
  const text = `${joinWords(ports.map(String))} held ${term} by portguard (pid ${child.pid})${name === undefined ? "" : `, as ${name}`}`;
  const adopt = { tone: "hint", text: `\`portguard reserve --adopt ${name} -- CMD…\` takes it over` } as const;
  writeLines([{ tone: "good", text }, ...(name === undefined ? [] : [adopt])], services.style());
  return { kind: "code", code: 0 };
}

/** Where it could not be recorded, which it has said itself, it has none. */
function findName(pid: number, os: Os): string | undefined {
  try {
    const all = openReservations(os).list();
    return all.find(({ portguard }) => portguard.pid === pid)?.name;
  } catch {
    return undefined;
  }
}

function spawn(words: readonly string[]) {
  try {
    return Bun.spawn([...ownProgram(), "reserve", ...words], { stdio: ["ignore", "pipe", "pipe"], detached: true });
  } catch (cause) {
    return fail("UNSUPPORTED", "no process could be started that keeps the port", "leave out --detach", { cause });
  }
}

/** The ports, once its events say that they are held; nothing where it has ended. */
async function untilHeld(stream: ReadableStream<Uint8Array>): Promise<readonly number[] | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    const events = text.split("\n").slice(0, -1).map(readEvent);
    const held = events.find(({ event }) => event === "held");
    if (held) return held.ports?.map(({ port }) => port) ?? [];
  }
  return undefined;
}

function readEvent(line: string) {
  return JSON.parse(line) as { readonly event: string; readonly ports?: readonly { readonly port: number }[] };
}

async function passOn(stream: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) writeFully(STDERR, decoder.decode(bytes, { stream: true }));
}
