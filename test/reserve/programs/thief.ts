/**
 * A program that wants a port for itself: `bun thief.ts plain|reuseaddr|reuseport`. Told `{"port":8000}` on stdin, it binds
 * and listens there as fast as it can, on every form of address in turn, until it is told `{}`; with `"keepMs":100` it keeps
 * what it got that long, and with
 * `"sneaks":true` it leaves alone what is free and takes what is refused it first. It says each success (`{"win":…}`), now and then how often it has tried (`{"tries":…}`), and when
 * it has stopped (`{"stopped":true}`).
 */
import { ANY4, ANY6, LOOPBACK4, LOOPBACK6 } from "../../../src/core/address.ts";
import type { Endpoint } from "../../../src/core/endpoint.ts";
import { SO_REUSEADDR, SO_REUSEPORT, SOL_SOCKET } from "../../../src/os/unix/constants.ts";
import { closeFd } from "../../../src/os/unix/files.ts";
import { encodeSockaddr } from "../../../src/os/unix/sockaddr.ts";
import { bindRaw, listenOn, openSocketFor, setOption } from "../../../src/os/unix/sockets.ts";
import type { Message, Order, Win } from "../thieves.ts";

/** So many rounds over all forms are tried between two looks at stdin: about a millisecond of work. */
const ROUNDS = 64;
/** After so many slices it says how often it has tried. */
const REPORT = 16;
/** Where nothing keeps it out it would have the port for ever: that long after a success it lets others have it. */
const REST_MS = 30;

const kind = process.argv[2] as Win["kind"];
const sharing = { plain: undefined, reuseaddr: SO_REUSEADDR, reuseport: SO_REUSEPORT }[kind];

/** One form of address and the socket that is tried on it; a failed bind leaves the socket as it was. */
class Attempt {
  private fd: number;
  private readonly sockaddr: Uint8Array<ArrayBuffer>;

  constructor(private readonly at: Endpoint) {
    this.sockaddr = encodeSockaddr(at.address, at.port);
    this.fd = this.open();
  }

  /** What it got, if it got the port. */
  run(): Win | undefined {
    if (this.fd < 0 || bindRaw(this.fd, this.sockaddr) < 0) return undefined;
    const listens = this.at.protocol === "udp" || listenOn(this.fd, 1) === 0;
    return { kind, address: this.at.address.text, listens, ms: Date.now() };
  }

  renew(): void {
    this.close();
    this.fd = this.open();
  }

  close(): void {
    if (this.fd >= 0) closeFd(this.fd);
    this.fd = -1;
  }

  private open(): number {
    const fd = openSocketFor(this.at);
    if (fd >= 0 && sharing !== undefined) setOption(fd, SOL_SOCKET, sharing, 1);
    return fd;
  }
}

/** Tries all forms of one order until the next one is there. */
async function attack({ port, protocol = "tcp", keepMs = 0, sneaks = false }: Order): Promise<void> {
  const forms = [LOOPBACK4, ANY4, LOOPBACK6, ANY6];
  const attempts = forms.map((address) => new Attempt({ protocol, address, port: port!, dual: address === ANY6 }));
  let tries = 0;
  let refused = 0;
  for (let slice = 1, last = false; !last; slice++) {
    // One more slice after the end was told: what it was told after has been tried, too.
    last = orders.length > 0;
    const { success, tried } = trySlice(attempts);
    tries += tried;
    refused = success ? refused + tried - 1 : tried;
    if (last || slice % REPORT === 0) say({ tries });
    if (success && !(sneaks && refused === 0)) await enjoy(success, last ? 0 : keepMs);
    success?.attempt.renew();
    if (success) refused = 0;
    await new Promise(setImmediate);
  }
  for (const attempt of attempts) attempt.close();
}

interface Success {
  readonly attempt: Attempt;
  readonly win: Win;
}

function trySlice(attempts: readonly Attempt[]): { readonly success?: Success; readonly tried: number } {
  const all = ROUNDS * attempts.length;
  for (let tried = 1; tried <= all; tried++) {
    const attempt = attempts[tried % attempts.length]!;
    const win = attempt.run();
    if (win) return { success: { attempt, win }, tried };
  }
  return { tried: all };
}

async function enjoy({ attempt, win }: Success, keepMs: number): Promise<void> {
  say({ win });
  if (keepMs > 0) await Promise.race([Bun.sleep(keepMs), wake.promise]);
  attempt.renew();
  await Bun.sleep(REST_MS);
}

function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const orders: Order[] = [];
let wake = Promise.withResolvers<void>();

async function hearOrders(): Promise<never> {
  for await (const line of console) {
    orders.push(JSON.parse(line) as Order);
    wake.resolve();
    wake = Promise.withResolvers<void>();
  }
  // Whoever started us is gone.
  process.exit(0);
}

void hearOrders();
say({ ready: true });
for (;;) {
  while (orders.length === 0) await wake.promise;
  const order = orders.shift()!;
  if (order.port === undefined) say({ stopped: true });
  else await attack(order);
}
