import type { Dialect } from "./dialect.ts";
import { fdPlaceholder } from "./dialects/fd-placeholder.ts";
import { flask } from "./dialects/flask.ts";
import { gunicorn } from "./dialects/gunicorn.ts";
import { hypercorn } from "./dialects/hypercorn.ts";
import { listenFds } from "./dialects/listen-fds.ts";
import { uvicorn } from "./dialects/uvicorn.ts";

/** Every dialect, the most telling first. A new server is one file in `dialects/` and one line here. */
const DIALECTS: readonly Dialect[] = [fdPlaceholder, uvicorn, gunicorn, hypercorn, flask];

/** How this command is known to take a socket; nothing where it is not known to. */
export function recognizeDialect(command: readonly string[]): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.recognizes(command));
}

/** The dialect to speak when inherit was asked for: the command's own, else the protocol that most servers know. */
export function dialectFor(command: readonly string[]): Dialect {
  return recognizeDialect(command) ?? listenFds;
}
