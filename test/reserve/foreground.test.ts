import { expect, test } from "bun:test";
import { hintForeground } from "../../src/reserve/foreground.ts";

test.each([
  [["nginx"], "run it in the foreground: `nginx -g 'daemon off;'`"],
  [["sh", "php-fpm8.2"], "run it in the foreground: `php-fpm --nodaemonize`"],
  [["valkey-server"], "run it in the foreground: `valkey-server --daemonize no`"],
])("%p are told how their server stays in the foreground", (names, hint) => {
  expect(hintForeground(names)).toBe(hint);
});

test("of a program that is not known it is said what such flags look like", () => {
  expect(hintForeground(["my-server"])).toBe(
    "run it in the foreground: leave out what sends it away (`--daemon`, `--fork`, `-d`, `&`, setsid, nohup)",
  );
});
