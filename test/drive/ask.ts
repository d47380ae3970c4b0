import { connect, type Socket } from "node:net";

/** Next compiles a page when it is asked for. */
const PATIENCE_MS = 30_000;

/**
 * Sends these bytes over one new TCP connection and answers everything that came back until the other side closed it or
 * `enough` says so. Ours then ends with a reset: no side keeps a connection in TIME_WAIT, which would refuse a later
 * plain bind of the port. Rejects with the connection's error, or when nothing came for half a minute.
 */
export function exchange(
  host: string,
  port: number,
  bytes: string,
  enough: (received: string) => boolean = () => false,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let received = "";
  const socket: Socket = connect({ host, port }, () => socket.write(bytes));
  const finish = () => {
    socket.resetAndDestroy();
    resolve(received);
  };
  socket
    .setEncoding("utf8")
    .setTimeout(PATIENCE_MS, () => socket.destroy(new Error(`no answer from ${host} port ${port}`)));
  socket.on("data", (data: string) => {
    received += data;
    if (enough(received)) finish();
  });
  socket.on("end", finish).on("error", reject);
  return promise;
}

export interface HttpAnswer {
  readonly status: number;
  /** As it came: chunk sizes are left in it. */
  readonly body: string;
}

/** One GET over a connection of its own. */
export async function get(host: string, port: number, path = "/"): Promise<HttpAnswer> {
  const name = host.includes(":") ? `[${host}]` : host;
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${name}:${port}`, "Connection: close", "", ""];
  const answer = await exchange(host, port, lines.join("\r\n"));
  const status = /^HTTP\/1\.[01] ([0-9]{3}) /.exec(answer)?.[1];
  if (status === undefined) throw new Error(`no HTTP answer, but ${JSON.stringify(answer.slice(0, 80))}`);
  return { status: Number(status), body: answer.slice(answer.indexOf("\r\n\r\n") + 4) };
}
