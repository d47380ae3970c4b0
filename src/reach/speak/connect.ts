import { connect, type Socket } from "node:net";
import type { Endpoint } from "../../core/endpoint.ts";
import type { TalkFailure } from "./conversation.ts";
import type { Deadline } from "./deadline.ts";
import { codeOf } from "./receive.ts";

export type Opened =
  | { readonly kind: "open"; readonly socket: Socket }
  | { readonly kind: "failed"; readonly failure: TalkFailure };

/** One TCP connection to exactly this endpoint; whoever asked for it destroys it. */
export function openConnection(to: Endpoint, deadline: Deadline): Promise<Opened> {
  const { promise, resolve } = Promise.withResolvers<Opened>();
  const scope = to.address.scopeId === 0 ? "" : `%${to.address.scopeId}`;
  const socket = connect({ host: `${to.address.text}${scope}`, port: to.port, noDelay: true });
  const giveUp = (because: string) => {
    clearTimeout(timer);
    socket.destroy();
    resolve({ kind: "failed", failure: { kind: "not-connected", because } });
  };
  const timer = setTimeout(() => giveUp(`no connection within ${deadline.timeoutMs} ms`), deadline.leftMs);
  socket.on("error", (error) => giveUp(codeOf(error)));
  socket.once("connect", () => {
    clearTimeout(timer);
    // An error from now on is for those who read; unheard it would end the process.
    socket.removeAllListeners("error").on("error", () => undefined);
    resolve({ kind: "open", socket });
  });
  return promise;
}
