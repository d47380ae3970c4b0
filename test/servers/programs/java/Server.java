import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** The JDK's own HTTP server: `java Server PORT`. */
public final class Server {
  public static void main(String[] args) throws IOException {
    byte[] body = ("first " + ProcessHandle.current().pid() + "\n").getBytes();
    HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(args[0])), 0);
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(200, body.length);
      try (var out = exchange.getResponseBody()) {
        out.write(body);
      }
    });
    server.start();
    System.out.println("up");
  }
}
