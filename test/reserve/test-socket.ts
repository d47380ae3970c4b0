import { requireAddress } from "../../src/core/address.ts";
import type { Protocol } from "../../src/core/endpoint.ts";
import { SO_REUSEADDR, SO_REUSEPORT, SOL_SOCKET } from "../../src/os/unix/constants.ts";
import { closeFd } from "../../src/os/unix/files.ts";
import { bindSocket, listenOn, nameOf, openSocketFor, setOption } from "../../src/os/unix/sockets.ts";

const OPTIONS = { reuseaddr: SO_REUSEADDR, reuseport: SO_REUSEPORT };

export interface TestSocketOptions {
  readonly protocol?: Protocol;
  /** `::` takes IPv4 too. */
  readonly address?: string;
  /** 0, any free one, unless said. */
  readonly port?: number;
  /** None unless said: runtimes always set some, so theirs tell less about who else has the port. */
  readonly options?: readonly (keyof typeof OPTIONS)[];
  readonly listens?: boolean;
}

/** A socket that is bound with exactly these options. */
export class TestSocket implements Disposable {
  readonly fd: number;
  readonly port: number;

  /** Throws when the port can't be had. */
  constructor({ protocol = "tcp", address = "127.0.0.1", port = 0, options = [], listens = false }: TestSocketOptions) {
    const at = { protocol, address: requireAddress(address), dual: address === "::" };
    this.fd = openSocketFor(at);
    for (const option of options) setOption(this.fd, SOL_SOCKET, OPTIONS[option], 1);
    const bound = bindSocket(this.fd, at.address, port);
    const done = bound === 0 && listens ? listenOn(this.fd, 16) : bound;
    if (done < 0) closeFd(this.fd);
    if (done < 0) throw new Error(`${address} port ${port} can't be had: error ${-done}`);
    this.port = nameOf(this.fd)!.port;
  }

  /** Whether a socket can be bound like that now. */
  static fits(options: TestSocketOptions): boolean {
    try {
      using _socket = new TestSocket(options);
      return true;
    } catch {
      return false;
    }
  }

  /** Sets SO_REUSEADDR, or clears it. */
  share(on: boolean): void {
    setOption(this.fd, SOL_SOCKET, SO_REUSEADDR, Number(on));
  }

  [Symbol.dispose](): void {
    closeFd(this.fd);
  }
}
