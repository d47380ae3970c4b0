import { type Dialect, findProgram, optionValue, withoutOptions } from "../dialect.ts";
import { hostOfBinding } from "./gunicorn.ts";

/** hypercorn takes each socket as `--bind fd://N`. */
export const hypercorn: Dialect = {
  name: "hypercorn",
  defaultHost: "127.0.0.1",
  recognizes: (command) => findProgram(command, "hypercorn") >= 0,
  askedHost: (command) => hostOfBinding(optionValue(command, "-b", "--bind")),
  adapt: (command, sockets) => ({
    argv: [...withoutOptions(command, "-b", "--bind"), ...sockets.flatMap(({ fd }) => ["--bind", `fd://${fd}`])],
    listenPid: false,
  }),
};
