import { requireAddress } from "../../src/core/address.ts";
import type { Job, JobResult } from "./jobs.ts";
import type { DatagramOutcome } from "../../src/core/network.ts";
import { connectTo } from "../../src/os/unix/net/connect.ts";
import { sendDatagram } from "../../src/os/unix/net/send-datagram.ts";

/** Lives in a network namespace and does there what it is told, one JSON line a job, any number of them at once. */
async function main(): Promise<void> {
  for await (const line of console) void answer(JSON.parse(line) as Job);
}

async function answer(job: Job): Promise<void> {
  const result = await work(job).catch((error: unknown): JobResult => ({ id: job.id, failed: String(error) }));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function work(job: Job): Promise<JobResult> {
  switch (job.do) {
    case "run": {
      const ran = Bun.spawn([...job.argv], {
        stdin: job.input === undefined ? "ignore" : new Blob([job.input]),
        stdout: "pipe",
        stderr: "pipe",
        env: { ...process.env, LC_ALL: "C" },
      });
      const [stdout, stderr, code] = await Promise.all([ran.stdout.text(), ran.stderr.text(), ran.exited]);
      return { id: job.id, code, stdout, stderr };
    }
    case "listen":
      for (const hostname of job.addresses) {
        for (const port of job.ports) await answerDatagrams(hostname, port);
      }
      for (const hostname of ["0.0.0.0", "::"]) {
        for (const port of job.ports) {
          const options = { hostname, port, ipv6Only: hostname === "::" };
          Bun.listen({ ...options, socket: { data() {}, open() {}, error() {} } });
        }
      }
      return { id: job.id };
    case "connect": {
      const to = { protocol: job.protocol, address: requireAddress(job.address), port: job.port, dual: false } as const;
      if (job.protocol === "udp") return { id: job.id, outcome: outcomeOf(await sendDatagram(to, job.timeoutMs)) };
      const from = job.from === undefined ? {} : { from: requireAddress(job.from) };
      const outcome = await connectTo(to, { timeoutMs: job.timeoutMs, listenMs: 0, ...from });
      if (outcome.kind === "failed") return { id: job.id, outcome: outcome.shown.split(" ")[0]! };
      return { id: job.id, outcome: outcome.kind };
    }
  }
}

/** From an address of its own, so that an answer comes from where the client sent to. */
async function answerDatagrams(hostname: string, port: number): Promise<void> {
  await Bun.udpSocket({
    hostname,
    port,
    socket: {
      data(socket, _bytes, from, address) {
        try {
          socket.send("answer", from, address);
        } catch {
          // The rules that are tried do not let it out.
        }
      },
      error() {},
    },
  });
}

function outcomeOf(outcome: DatagramOutcome): string {
  switch (outcome.kind) {
    case "answered":
      return "connected";
    case "silent":
      return "timeout";
    case "refused":
    case "failed":
      return outcome.shown.split(" ")[0]!;
  }
}

await main();
