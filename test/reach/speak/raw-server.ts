import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { until } from "../../drive/until.ts";

/** A server that does to each connection whatever it is told. It ends with its test. */
export class RawServer implements AsyncDisposable {
  /** How many connections there have been. */
  accepted = 0;
  /** All that clients have said, by connection. */
  readonly heard: string[] = [];
  readonly #open = new Set<Socket>();
  readonly #server: Server;

  private constructor(behave: (socket: Socket, first: string) => void, isEager: boolean) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const at = this.accepted++;
      this.heard[at] = "";
      this.#open.add(socket);
      socket.on("error", () => undefined).on("close", () => this.#open.delete(socket));
      socket.on("end", () => socket.end());
      if (isEager) behave(socket, "");
      socket.on("data", (bytes) => {
        const isFirst = this.heard[at] === "";
        this.heard[at] += bytes.toString("latin1");
        if (isFirst && !isEager) behave(socket, this.heard[at]!);
      });
    });
  }

  /** Behaves as soon as somebody has said something. */
  static answering(behave: (socket: Socket, first: string) => void): Promise<RawServer> {
    return new RawServer(behave, false).#listen();
  }

  /** Behaves as soon as somebody is there. */
  static greeting(behave: (socket: Socket) => void): Promise<RawServer> {
    return new RawServer(behave, true).#listen();
  }

  /** Hands everything on to a real server, so that it is seen how our side keeps its connections. */
  static before(port: number): Promise<RawServer> {
    return RawServer.greeting((socket) => {
      const onward = connect({ host: "127.0.0.1", port });
      onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
      socket.on("close", () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Our side has let go of everything. */
  async expectAllClosed(): Promise<void> {
    await until("the end of every connection", () => this.#open.size === 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }
}
