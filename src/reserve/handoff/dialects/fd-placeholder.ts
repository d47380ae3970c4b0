import { type Dialect } from "../dialect.ts";
import { usesPlaceholder } from "../../placeholders.ts";

/** Any program whose command line names the fd itself: `node server.js --fd {fd}`. */
export const fdPlaceholder: Dialect = {
  name: "{fd}",
  defaultHost: "127.0.0.1",
  recognizes: (command) => usesPlaceholder(command, "fd"),
  adapt: (command) => ({ argv: command, listenPid: false }),
};
