import { type Dialect, findProgram, optionValue } from "../dialect.ts";

/** uvicorn takes one socket as `--fd N`, and then ignores its own --host and --port. */
export const uvicorn: Dialect = {
  name: "uvicorn",
  defaultHost: "127.0.0.1",
  recognizes: (command) => findProgram(command, "uvicorn") >= 0 && optionValue(command, "--uds") === undefined,
  askedHost: (command) => optionValue(command, "--host"),
  adapt: (command, [socket]) => ({ argv: [...command, "--fd", String(socket!.fd)], listenPid: false }),
};
