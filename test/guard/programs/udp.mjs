/** Answers datagrams with what they were: `node udp.mjs PORT`. */
import { createSocket } from "node:dgram";

const socket = createSocket("udp4");
socket.on("message", (message, from) => socket.send(message, from.port, from.address));
socket.bind(Number(process.argv[2]), "127.0.0.1", () => console.log("up"));
