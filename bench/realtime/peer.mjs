// What live updates are measured against: socket.io with its Redis adapter, as its documentation sets it up.
// node --expose-gc peer.mjs PORT REDIS_PORT
import { createServer } from "node:http";
import { Server } from "socket.io";
import { createAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";

const [port, redisPort] = process.argv.slice(2).map(Number);

function redis() {
  const client = new Redis(redisPort, "127.0.0.1", { retryStrategy: () => 100, maxRetriesPerRequest: null });
  client.on("error", () => {});
  return client;
}

const http = createServer((_, answer) => answer.end("ok"));
const io = new Server(http, { transports: ["websocket"], serveClient: false, adapter: createAdapter(redis(), redis()) });
io.on("connection", (socket) => {
  socket.on("join", (rooms) => {
    for (const room of rooms) socket.join(room);
    socket.emit("joined", rooms.length);
  });
  socket.on("pub", (room, data) => io.to(room).emit("m", data));
});
// Memory is compared after what is garbage has been collected.
process.on("SIGUSR2", () => globalThis.gc?.());
process.on("SIGTERM", () => process.exit(0));
http.listen(port, "127.0.0.1", 4096);
