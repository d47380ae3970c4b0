import { describe, expect, test } from "bun:test";
import { ANY4, ANY6, LOOPBACK4 } from "../../../src/core/address.ts";
import { recognizeForwarder } from "../../../src/holders/recognize/forwarder.ts";
import { recognizeServer } from "../../../src/reach/recognize/server.ts";
import { listenElsewhere, listenElsewhereAs } from "../../../src/reach/remedies/listen-elsewhere.ts";
import { factsOf, listenerOf, ownerOf } from "../causes/facts.ts";

function remedyFor(command: readonly string[], address = ANY4, name = "x") {
  const process = { pid: 1, name, command };
  const forwarder = recognizeForwarder(process, 8000);
  const owner = { process, server: recognizeServer(process), ...(forwarder && { forwarder }) };
  return listenElsewhereAs(owner, { address, port: 8000 });
}

const changed = (line: string, address = ANY4) => remedyFor(line.split(" "), address).commands[0]?.join(" ");

/** The command line as it is, and as it is to be on 0.0.0.0. */
const LINES: readonly (readonly [before: string, after: string])[] = [
  ["python3 -m uvicorn app:app", "python3 -m uvicorn app:app --host 0.0.0.0"],
  ["uvicorn app:app --host 127.0.0.1 --port 8000", "uvicorn app:app --host 0.0.0.0 --port 8000"],
  ["uvicorn app:app --host=localhost", "uvicorn app:app --host=0.0.0.0"],
  ["python3 /v/bin/gunicorn -b 127.0.0.1:8000 app", "/v/bin/gunicorn -b 0.0.0.0:8000 app"],
  ["gunicorn app --bind=127.0.0.1:8000", "gunicorn app --bind 0.0.0.0:8000"],
  ["gunicorn -b unix:/s -b 127.0.0.1:8000 a", "gunicorn -b unix:/s -b 0.0.0.0:8000 a"],
  ["gunicorn app", "gunicorn app --bind 0.0.0.0:8000"],
  ["hypercorn app:app -b localhost:8000", "hypercorn app:app -b 0.0.0.0:8000"],
  ["flask run --port 8000", "flask run --port 8000 --host 0.0.0.0"],
  ["flask run -h localhost", "flask run -h 0.0.0.0"],
  ["python3 manage.py runserver", "python3 manage.py runserver 0.0.0.0:8000"],
  ["python3 manage.py runserver 8000 --noreload", "python3 manage.py runserver 0.0.0.0:8000 --noreload"],
  ["python3 manage.py runserver localhost:8000", "python3 manage.py runserver 0.0.0.0:8000"],
  ["python3 -m http.server 8000 --bind 127.0.0.1", "python3 -m http.server 8000 --bind 0.0.0.0"],
  ["python3 -m http.server -b 127.0.0.1 8000", "python3 -m http.server -b 0.0.0.0 8000"],
  ["node /app/node_modules/.bin/vite", "/app/node_modules/.bin/vite --host 0.0.0.0"],
  ["node /m/vite/bin/vite.js --host localhost", "node /m/vite/bin/vite.js --host 0.0.0.0"],
  ["vite --host --port 8000", "vite --host 0.0.0.0 --port 8000"],
  ["next dev -p 8000", "next dev -p 8000 -H 0.0.0.0"],
  ["next dev --hostname localhost", "next dev --hostname 0.0.0.0"],
  ["ruby bin/rails server -p 8000", "ruby bin/rails server -p 8000 -b 0.0.0.0"],
  ["puma -b tcp://127.0.0.1:8000", "puma -b tcp://0.0.0.0:8000"],
  ["php -S localhost:8000 -t public", "php -S 0.0.0.0:8000 -t public"],
  ["jupyter-lab --ip=127.0.0.1", "jupyter-lab --ip=0.0.0.0"],
  ["redis-server --bind 127.0.0.1", "redis-server --bind 0.0.0.0"],
  ["mongod --bind_ip localhost", "mongod --bind_ip 0.0.0.0"],
  ["kubectl port-forward pod/a 8000:80", "kubectl port-forward pod/a 8000:80 --address 0.0.0.0"],
  ["ssh -N -L 8000:localhost:80 web", "ssh -N -L 0.0.0.0:8000:localhost:80 web"],
  ["ssh -N -L 127.0.0.1:8000:db:80 web", "ssh -N -L 0.0.0.0:8000:db:80 web"],
  ["socat TCP-LISTEN:8000,bind=127.0.0.1,fork TCP:a:80", "socat TCP-LISTEN:8000,bind=0.0.0.0,fork TCP:a:80"],
];

describe("a server's own command line, for every address:", () => {
  test.each([...LINES])("%s", (before, after) => {
    expect(changed(before)).toBe(after);
  });

  test("uvicorn's is for both families with an empty host: its `::` is IPv6 only", () => {
    expect(remedyFor(["uvicorn", "app:app"], ANY6).commands[0]?.slice(-2)).toEqual(["--host", ""]);
    expect(changed("flask run", ANY6)).toBe("flask run --host ::");
  });

  test("names how it is taken back, quoted as a shell needs it", () => {
    const { undo } = remedyFor(["flask", "--app", "my app", "run"]);
    expect(undo).toBe("start it again as it was: `flask --app 'my app' run`");
  });
});

describe("where the command line does not say it,", () => {
  test("the setting is named", () => {
    expect(remedyFor(["node", "server.js"], ANY4, "node").what).toBe(
      'let node listen on every address: `listen(8000, "0.0.0.0")` in its code, or whatever it calls its host',
    );
    expect(remedyFor(["nginx: master process nginx"]).what).toContain("`listen 0.0.0.0:8000;`");
    expect(remedyFor(["next-server (v15.1.0)"]).what).toContain("start it with `-H 0.0.0.0`");
    expect(remedyFor(["redis-server 127.0.0.1:8000"]).what).toContain("`bind 0.0.0.0` in redis.conf");
  });

  test("postgres is told in its own language, with its unit, and the way back", () => {
    const owner = ownerOf({
      process: { name: "postgres", command: ["/usr/lib/postgresql/15/bin/postgres", "-D", "/data"] },
      health: { unit: "postgresql@15-main.service" },
      server: "postgres",
    });
    expect(listenElsewhere(factsOf(), listenerOf("127.0.0.1", { owners: [owner] }), { address: ANY4 })).toMatchObject({
      commands: [
        ["sudo", "-u", "postgres", "psql", "-c", "ALTER SYSTEM SET listen_addresses = '*'"],
        ["sudo", "systemctl", "restart", "postgresql@15-main.service"],
      ],
      risk: "exposes",
      undo: "`ALTER SYSTEM RESET listen_addresses`, and a restart",
    });
  });

  test("sshd is told to heed what its client asks for", () => {
    const process = { pid: 1, name: "sshd", command: ["sshd: bob@pts/0"] };
    const remedy = listenElsewhereAs(
      { process, server: "other", forwarder: { by: "ssh" } },
      { address: ANY4, port: 8000 },
    );
    expect(remedy.what).toContain("`GatewayPorts clientspecified`");
  });
});

test("only an address that others reach is said to expose", () => {
  expect(remedyFor(["vite"]).risk).toBe("exposes");
  expect(remedyFor(["vite"], LOOPBACK4).risk).toBe("restart");
});

test("a server that can't be seen is told of without a command", () => {
  const listener = listenerOf("127.0.0.1", { owners: [] });
  expect(listenElsewhere(factsOf(), listener, { address: ANY4 })).toEqual({
    what: "let the server listen on every address",
    commands: [],
    risk: "exposes",
  });
});
