// An echo server: one event loop.
const net = require("net");

const server = net.createServer({ noDelay: true }, (client) => {
  client.on("error", () => client.destroy());
  client.pipe(client);
});

server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
