// An echo server: one event loop.
const net = require("net");

const server = net.createServer({ noDelay: true }, (client) => {
  client.on("error", () => client.destroy());
  client.pipe(client);
});

const [port, host = "127.0.0.1"] = process.argv.slice(2);
server.listen({ host, port: Number(port), backlog: 4096 });
