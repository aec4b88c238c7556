// Socket.IO on Node as a peer of the room: a circle is a room, whoever says something is answered.
// No rights, no limits, no state. `node socketio.cjs FOLDER [REDIS_SOCKET USER WORD]`; the folder holds the
// packages. Each line of standard input is answered by where it serves; the end of it ends this.
"use strict";
const { createRequire } = require("node:module");
const { createServer } = require("node:http");
const { createInterface } = require("node:readline");
const [folder, redis, username, password] = process.argv.slice(2);
const installed = createRequire(`${folder}/package.json`);

async function adapter() {
  const { createAdapter } = installed("@socket.io/redis-adapter");
  const { createClient } = installed("redis");
  const publishing = createClient({ username, password, socket: { path: redis } });
  const hearing = publishing.duplicate();
  await Promise.all([publishing.connect(), hearing.connect()]);
  return createAdapter(publishing, hearing);
}

async function main() {
  const { Server } = installed("socket.io");
  const web = createServer();
  const io = new Server(web, {
    transports: ["websocket"],
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
    maxHttpBufferSize: 16 * 1024,
    ...(redis ? { adapter: await adapter() } : {}),
  });
  let seq = 0;
  io.on("connection", (socket) => {
    const { circle, member, name } = socket.handshake.auth;
    socket.join(circle);
    socket.on("say", ({ id, text }, answer) => {
      seq += 1;
      const said = { id, member_id: member, name, kind: "say", text, seq };
      io.to(circle).emit("said", said);
      answer({ ok: true, id, seq });
    });
  });
  web.listen(0, "127.0.0.1", 4096, () => {
    const url = `http://127.0.0.1:${web.address().port}`;
    const lines = createInterface({ input: process.stdin });
    lines.on("line", () => process.stdout.write(JSON.stringify({ url }) + "\n"));
    lines.on("close", () => process.exit(0));
  });
}

main();
