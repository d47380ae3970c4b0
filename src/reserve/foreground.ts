/** How servers that go to the background are kept from it, by the names of their processes: each in its own manual. */
const FOREGROUND: readonly (readonly [RegExp, string])[] = [
  [/^nginx/, "`nginx -g 'daemon off;'`"],
  [/^redis-server/, "`redis-server --daemonize no`"],
  [/^valkey-server/, "`valkey-server --daemonize no`"],
  [/^gunicorn/, "`gunicorn` without `--daemon` (`-D`)"],
  [/^(?:apache2|httpd)/, "`httpd -D FOREGROUND`"],
  [/^php-fpm/, "`php-fpm --nodaemonize`"],
  [/^memcached/, "`memcached` without `-d`"],
  [/^mongod/, "`mongod` without `--fork`"],
  [/^postgres/, "`postgres -D DIR` in the place of `pg_ctl start`"],
  [/^caddy/, "`caddy run` in the place of `caddy start`"],
  [/^haproxy/, "`haproxy -db`"],
  [/^lighttpd/, "`lighttpd -D`"],
  [/^dnsmasq/, "`dnsmasq --keep-in-foreground`"],
  [/^uwsgi/, "`uwsgi` without `--daemonize`"],
  [/^sshd/, "`sshd -D`"],
];

/** What to do about a command that went to the background as these processes. */
export function hintForeground(names: readonly string[]): string {
  const known = FOREGROUND.find(([pattern]) => names.some((name) => pattern.test(name)));
  const how = known?.[1] ?? "leave out what sends it away (`--daemon`, `--fork`, `-d`, `&`, setsid, nohup)";
  return `run it in the foreground: ${how}`;
}
