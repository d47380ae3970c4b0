import { describe, expect, test } from "bun:test";
import { isDatabase, isWebServer, recognizeServer, type ServerKind } from "../../../src/reach/recognize/server.ts";

const kindOf = (line: string, name = "x") => recognizeServer({ pid: 1, name, command: line.split(" ") });
/** A title that a process wrote over its command line is one word to the system. */
const kindOfTitle = (title: string) => recognizeServer({ pid: 1, name: "x", command: [title] });

const LINES: readonly (readonly [line: string, kind: ServerKind])[] = [
  ["/app/.venv/bin/python3 /app/.venv/bin/uvicorn app:app --port 8000", "uvicorn"],
  ["python3.12 -m uvicorn app:app", "uvicorn"],
  ["/usr/bin/python3 /usr/bin/gunicorn -b 0.0.0.0:8000 app", "gunicorn"],
  ["python3 -m hypercorn app:app", "hypercorn"],
  ["/usr/bin/python3 /usr/bin/flask run --debug", "flask"],
  ["python3 manage.py runserver 8000", "django"],
  ["python3 -X dev /srv/site/manage.py runserver", "django"],
  ["python3 -m http.server 8000", "python-http-server"],
  ["/usr/bin/python3 /usr/bin/streamlit run app.py", "streamlit"],
  ["node /app/node_modules/.bin/vite --port 3000", "vite"],
  ["node --enable-source-maps /app/node_modules/vite/bin/vite.js", "vite"],
  ["node /app/node_modules/.bin/next dev", "next"],
  ["node /app/node_modules/.bin/webpack serve --mode development", "webpack-dev-server"],
  ["ruby3.2 bin/rails server", "rails"],
  ["php8.2 -S localhost:8000", "php"],
  ["/usr/bin/python3 /usr/bin/jupyter-lab --no-browser", "jupyter"],
  ["/usr/sbin/apache2 -k start", "apache"],
  ["/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main", "postgres"],
  ["/usr/sbin/mariadbd", "mysql"],
  ["/usr/bin/mongod --config /etc/mongod.conf", "mongodb"],
  ["C:\\redis\\redis-server.exe --port 6379", "redis"],
  ["node server.js", "node"],
  ["/usr/bin/python3 app.py", "python"],
  ["java -jar app.jar", "java"],
  ["/opt/tool/serverd --port 8000", "other"],
];

const TITLES: readonly (readonly [title: string, kind: ServerKind])[] = [
  ["gunicorn: master [app]", "gunicorn"],
  ["next-server (v15.1.0)", "next"],
  ["ng serve", "angular"],
  ["puma 6.4.2 (tcp://127.0.0.1:3000) [shop]", "puma"],
  ["nginx: master process /usr/sbin/nginx -g daemon on;", "nginx"],
  ["redis-server *:6379", "redis"],
];

describe("a server is known by its command line:", () => {
  test.each([...LINES])("%s", (line, kind) => {
    expect(kindOf(line)).toBe(kind);
  });

  test.each([...TITLES])("%s (a title)", (title, kind) => {
    expect(kindOfTitle(title)).toBe(kind);
  });

  test("a word that is only an argument makes no server", () => {
    expect(kindOf("vim uvicorn")).toBe("other");
    expect(kindOf("python3 manage.py migrate")).toBe("python");
    expect(kindOf("constructor")).toBe("other");
  });

  test("nothing is made of a command line that can't be read, but of the process's name", () => {
    expect(recognizeServer({ pid: 1, name: "node", command: [] })).toBe("node");
    expect(recognizeServer({ pid: 1, command: [] })).toBe("other");
  });
});

test("what serves one connection only is known, and what goes on is not taken for it", () => {
  const once = [
    "nc -l 8000",
    "nc -lvnp 8000",
    "ncat --listen 8000",
    "nc.traditional -lkp 8000",
    "busybox nc -l -p 8000",
  ];
  const on = ["nc -lk 8000", "ncat -l --keep-open 8000", "busybox nc -ll -p 8000", "nc db.lan 5432"];
  expect([...once, "socat TCP-LISTEN:8000 STDOUT"].map((line) => kindOf(line))).toEqual(
    Array<ServerKind>(once.length + 1).fill("one-shot"),
  );
  expect([...on, "socat TCP-LISTEN:8000,reuseaddr,fork EXEC:cat"].map((line) => kindOf(line))).toEqual(
    Array<ServerKind>(on.length + 1).fill("other"),
  );
});

test("only what is known to speak HTTP is a web server, and a database is none", () => {
  expect([isWebServer("vite"), isWebServer("node"), isWebServer("redis")]).toEqual([true, false, false]);
  expect([isDatabase("redis"), isDatabase("postgres"), isDatabase("vite")]).toEqual([true, true, false]);
});
