import { committed } from "../../servers/parts.ts";
import { emptyFolder, type WorkFolder } from "../../servers/work-folder.ts";
import { makeCertificate } from "./certificates.ts";
import { StartedProgram } from "./started-program.ts";

type Name = "http" | "https" | "tls12" | "mutual" | "mutual12" | "h2c" | "h2";

/** The real servers of test/servers/programs/node/protocols.mjs, with a certificate for localhost. */
export class NodeServers implements AsyncDisposable {
  private constructor(
    readonly ports: Readonly<Record<Name, number>>,
    private readonly program: StartedProgram,
    private readonly folder: WorkFolder,
  ) {}

  static async start(): Promise<NodeServers> {
    const folder = emptyFolder();
    makeCertificate(folder.path, {
      subject: "/CN=localhost/O=Tests",
      names: "DNS:localhost,DNS:*.example.test,IP:127.0.0.1",
    });
    const program = new StartedProgram(["node", committed("programs/node/protocols.mjs"), folder.path]);
    const ports = JSON.parse(await program.firstLine()) as Record<Name, number>;
    return new NodeServers(ports, program, folder);
  }

  file(name: string): string {
    return this.folder.file(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}
