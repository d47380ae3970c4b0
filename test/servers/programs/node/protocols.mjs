// Real servers of Node: plain HTTP, HTTPS, HTTP/2 with and without TLS. Prints the port of each as JSON.
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";

const [folder] = process.argv.slice(2);
const pair = { key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) };

/** Says what it was asked; /host turns every name but localhost away, /empty says nothing, /moved redirects, /echo gives a header back. */
function answer(request, response) {
  const host = request.headers[":authority"] ?? request.headers.host;
  if (request.url === "/host" && !host.startsWith("localhost:"))
    return void response.writeHead(403).end("Blocked host");
  if (request.url === "/empty") return void response.writeHead(204).end();
  if (request.url === "/moved") return void response.writeHead(302, { location: "http://192.0.2.1/" }).end();
  if (request.url === "/echo") response.setHeader("echo", request.headers.origin ?? "");
  response.setHeader("set-cookie", ["a=1", "b=2"]);
  response.end(`${request.method} ${request.url} of ${host} by ${request.headers["user-agent"]}`);
}

const servers = {
  http: http.createServer(answer),
  https: https.createServer(pair, answer),
  tls12: https.createServer({ ...pair, maxVersion: "TLSv1.2" }, answer),
  mutual: https.createServer({ ...pair, requestCert: true, rejectUnauthorized: true }, answer),
  mutual12: https.createServer({ ...pair, requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.2" }, answer),
  h2c: http2.createServer(answer),
  h2: http2.createSecureServer(pair, answer),
};
const listening = Object.entries(servers).map(async ([name, server]) => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return [name, server.address().port];
});
console.log(JSON.stringify(Object.fromEntries(await Promise.all(listening))));
