import { fail } from "../../core/error.ts";
import { type Server, wordsOf } from "./config.ts";

/** A port that an entry names, and where. */
export interface NamedPort {
  readonly port: string;
  /** `--port` or `WS_PORT`. */
  readonly by: string;
}

const FLAG = /^(-p|--?(?:[\w-]+-)?port)(?:=(.*))?$/i;
const VARIABLE = /^(?:\w+_)?PORT$/i;

/**
 * The port that the server will take, by what its entry says: `--port 3005`, `--ws-port=3005`, `-p 3005` or a variable
 * `PORT` or `…_PORT`. Throws BAD_USAGE where that is none, or several.
 */
export function portOfServer(server: Server): NamedPort {
  const words = wordsOf(server);
  const flags = words.flatMap((word, at) => {
    const [, by, given] = FLAG.exec(word) ?? [];
    return by === undefined ? [] : [{ by, port: given ?? words[at + 1] ?? "" }];
  });
  const variables = Object.entries(server.env).map(([by, port]) => ({ by, port }));
  const named = [...flags, ...variables.filter(({ by }) => VARIABLE.test(by))].filter(({ port }) => isPort(port));
  const [first] = named;
  if (!first) {
    return fail("BAD_USAGE", `nothing in \`${server.name}\` says which port it takes`, "say it, as in --port 3005");
  }
  if (named.every(({ port }) => port === first.port)) return first;
  const list = named.map(({ by, port }) => `${port} (${by})`).join(", ");
  return fail("BAD_USAGE", `\`${server.name}\` names several ports: ${list}`, `say which it is: --port ${first.port}`);
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}
