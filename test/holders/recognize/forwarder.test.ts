import { describe, expect, test } from "bun:test";
import { recognizeForwarder } from "../../../src/holders/recognize/forwarder.ts";

const read = (line: string, port?: number) => recognizeForwarder({ pid: 1, name: "x", command: line.split(" ") }, port);
const readTitle = (title: string) => recognizeForwarder({ pid: 1, name: "sshd", command: [title] });

describe("a forwarder is known by its command line:", () => {
  test("docker-proxy", () => {
    const line =
      "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80 -use-listen-fd";
    expect(read(line)).toEqual({
      by: "docker-proxy",
      listen: { host: "0.0.0.0", port: 8080 },
      to: { host: "172.17.0.2", port: 80 },
    });
  });

  test("docker-proxy whose ports make no sense: it forwards, and where to is not known", () => {
    expect(read("docker-proxy -host-ip 0.0.0.0 -host-port 99999 -container-ip")).toEqual({ by: "docker-proxy" });
  });

  test("podman's, which say nothing of where they hand on to", () => {
    expect(read("rootlessport")).toEqual({ by: "rootlessport" });
    expect(read("/usr/bin/pasta --config-net -t 8080-8080:80-80")).toEqual({ by: "pasta" });
  });

  test("kubectl port-forward", () => {
    expect(read("kubectl port-forward svc/web 8080:80 -n shop")).toEqual({
      by: "kubectl",
      listen: { host: "127.0.0.1", port: 8080 },
      to: { host: "svc/web", port: 80 },
    });
    expect(read("kubectl port-forward --address 0.0.0.0 pod/db 5432")?.listen).toEqual({ host: "0.0.0.0", port: 5432 });
    expect(read("kubectl get pods")).toBeUndefined();
  });

  test("kubectl with several ports: the one that is meant, or none is told", () => {
    const line = "kubectl port-forward pod/web 8080:80 8443:443";
    expect(read(line, 8443)?.to).toEqual({ host: "pod/web", port: 443 });
    expect(read(line)).toEqual({ by: "kubectl" });
  });

  test("ssh -L, in each of its forms", () => {
    expect(read("ssh -N -L 8080:localhost:80 bob@web.lan")).toEqual({
      by: "ssh",
      listen: { host: "127.0.0.1", port: 8080 },
      to: { host: "localhost", port: 80 },
    });
    expect(read("ssh -NL *:8080:10.0.0.5:80 web.lan")?.listen).toEqual({ host: "0.0.0.0", port: 8080 });
    expect(read("ssh -L8080:[::1]:80 web.lan")?.to).toEqual({ host: "::1", port: 80 });
    expect(read("ssh bob@web.lan")).toBeUndefined();
  });

  test("sshd on behalf of a client's -R, and not the server itself", () => {
    expect(readTitle("sshd: bob@pts/0")).toEqual({ by: "ssh" });
    expect(readTitle("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups")).toBeUndefined();
  });

  test("socat between two ports, and not one that serves something itself", () => {
    expect(read("socat TCP-LISTEN:8080,fork,bind=127.0.0.1 TCP:10.0.0.5:80")).toEqual({
      by: "socat",
      listen: { host: "127.0.0.1", port: 8080 },
      to: { host: "10.0.0.5", port: 80 },
    });
    expect(read("socat TCP-LISTEN:8080,fork EXEC:cat")).toBeUndefined();
  });
});
