import { RawServer } from "../speak/raw-server.ts";

/** A server that answers each request with these bytes, and closes. */
export function answering(text: string): Promise<RawServer> {
  return RawServer.answering((socket) => socket.end(text));
}

/** An HTTP answer with its length; each of `headers` ends with CRLF. */
export function page(status: string, headers: string, body = ""): string {
  return `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}
