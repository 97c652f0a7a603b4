import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An echo server: a virtual thread per connection. */
class VirtualEcho {
    private static void echo(Socket client) {
        byte[] buffer = new byte[8192];
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            for (int n; (n = in.read(buffer)) > 0;) {
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        String address = arguments.length > 1 ? arguments[1] : "127.0.0.1";
        try (ServerSocket listener =
                new ServerSocket(port, 4096, InetAddress.getByName(address))) {
            while (true) {
                Socket client = listener.accept();
                Thread.startVirtualThread(() -> echo(client));
            }
        }
    }
}
