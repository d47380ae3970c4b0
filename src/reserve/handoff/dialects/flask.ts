import { type Dialect, findProgram, optionValue } from "../dialect.ts";

/**
 * Flask's development server (Werkzeug 2.3 and later) takes the socket that its reloader would hand on, as these two
 * variables say. It then takes itself for the reloader's child, so it can't reload.
 */
export const flask: Dialect = {
  name: "flask",
  defaultHost: "127.0.0.1",
  provenByConnecting: true,
  recognizes: (command) => {
    const at = findProgram(command, "flask");
    return at >= 0 && command.includes("run", at) && !command.includes("--debug") && !command.includes("--reload");
  },
  askedHost: (command) => optionValue(command, "--host", "-h"),
  adapt: (command, [socket]) => ({
    argv: command,
    env: { WERKZEUG_RUN_MAIN: "true", WERKZEUG_SERVER_FD: String(socket!.fd) },
    listenPid: false,
  }),
};
