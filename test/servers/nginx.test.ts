import { test } from "bun:test";
import { writeFileSync } from "node:fs";
import { describeServer } from "./find-server.ts";
import { serve, type Served } from "./serve.ts";
import { emptyFolder, type WorkFolder } from "./work-folder.ts";

/** Two workers in the foreground, with every file of theirs in the prefix. */
const configuration = (listen: string) => `
daemon off;
worker_processes 2;
error_log stderr;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen ${listen};
    return 200 "first $pid\\n";
  }
}
`;

describeServer("nginx", (nginx) => {
  function start(prefix: WorkFolder, flags: string): Promise<Served> {
    const command = (port: number) => {
      writeFileSync(prefix.file("nginx.conf"), configuration(`127.0.0.1:${port}${flags}`));
      return [nginx, "-e", "stderr", "-p", prefix.path, "-c", "nginx.conf"];
    };
    return serve({ command });
  }

  test("gets the held port in its master's bind()", async () => {
    using prefix = emptyFolder();
    await using served = await start(prefix, "");
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectAnswers(["127.0.0.1"]);
    await served.expectEnd(0);
  });

  test("with reuseport and two workers, a bind for each of them, loses no connection", async () => {
    using prefix = emptyFolder();
    await using served = await start(prefix, " reuseport");
    await served.expectHandedOver("takeover", ["127.0.0.1"]);
    await served.expectListeners(3);
    await served.expectAnswers(Array.from({ length: 30 }, () => "127.0.0.1"));
    await served.expectEnd(0);
  });
});
