import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Wish {
  readonly subject: string;
  /** `DNS:localhost,IP:127.0.0.1`. */
  readonly names: string;
  /** `20200101000000Z`. */
  readonly from?: string;
  readonly to?: string;
}

/** Makes cert.pem and key.pem in this folder, self-signed, by `openssl ca`, which alone can make an expired one. */
export function makeCertificate(folder: string, { subject, names, from, to }: Wish): void {
  mkdirSync(join(folder, "made"));
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(join(folder, "ca.cnf"), configuration(names));
  run(folder, [
    "req",
    "-new",
    "-config",
    "ca.cnf",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "key.pem",
    "-out",
    "asked.pem",
    "-subj",
    subject,
  ]);
  const dates = [...(from ? ["-startdate", from] : []), ...(to ? ["-enddate", to] : ["-days", "2"])];
  run(folder, [
    "ca",
    "-batch",
    "-config",
    "ca.cnf",
    "-selfsign",
    "-keyfile",
    "key.pem",
    "-in",
    "asked.pem",
    "-out",
    "cert.pem",
    "-notext",
    ...dates,
  ]);
}

function run(cwd: string, args: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { cwd });
  if (exitCode !== 0) throw new Error(`openssl ${args[0]}: ${stderr.toString()}`);
}

function configuration(names: string): string {
  return `[req]
distinguished_name = name
[name]
[ca]
default_ca = own
[own]
new_certs_dir = made
database = index.txt
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
unique_subject = no
[any]
commonName = optional
organizationName = optional
[extensions]
subjectAltName = ${names}
basicConstraints = critical,CA:TRUE
`;
}
