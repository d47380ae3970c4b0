import { type Dialect, findProgram, optionValue, withoutOptions } from "../dialect.ts";

/** gunicorn takes each socket as `-b fd://N`; one such binding drops all others. */
export const gunicorn: Dialect = {
  name: "gunicorn",
  defaultHost: "127.0.0.1",
  provenByConnecting: true,
  recognizes: (command) => findProgram(command, "gunicorn") >= 0,
  askedHost: (command) => hostOfBinding(optionValue(command, "-b", "--bind")),
  adapt: (command, sockets) => ({
    argv: [...withoutOptions(command, "-b", "--bind"), ...sockets.flatMap(({ fd }) => ["-b", `fd://${fd}`])],
    listenPid: false,
  }),
};

/** The host of `HOST:PORT`, `[HOST]:PORT` or `:PORT` (every address); nothing for other forms. */
export function hostOfBinding(binding: string | undefined): string | undefined {
  const host = /^\[?([^\]]*)\]?:\d+$/.exec(binding ?? "")?.[1];
  return host === "" ? "0.0.0.0" : host;
}
