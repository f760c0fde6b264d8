import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the system drop SYNs to an address, without the rights that a firewall would need: a listener that never accepts,
 * with a full queue. Linux answers nothing to a SYN that finds the queue full.
 */
final class AgentBlackHole {
  /** Each has its listener, and the connections that fill its queue. */
  private static final Map<InetSocketAddress, List<AutoCloseable>> HOLES = new ConcurrentHashMap<>();

  static void register(Map<String, LabAgent.Command> commands) {
    commands.put("openBlackHole", AgentBlackHole::open);
    commands.put("closeBlackHole", AgentBlackHole::close);
  }

  private static Object open(JsonNode request) throws Exception {
    InetSocketAddress address = address(request);
    List<AutoCloseable> parts = new ArrayList<>();
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(address, 1);
    parts.add(listener);
    // The queue takes one more than it was asked for. What is left in SYN-SENT does no harm.
    for (int i = 0; i < 4; i++) {
      SocketChannel filler = SocketChannel.open();
      filler.configureBlocking(false);
      filler.connect(address);
      parts.add(filler);
    }
    HOLES.put(address, parts);
    return true;
  }

  private static Object close(JsonNode request) throws Exception {
    List<AutoCloseable> parts = HOLES.remove(address(request));
    for (int i = parts == null ? -1 : parts.size() - 1; i >= 0; i--) parts.get(i).close();
    return parts != null;
  }

  private static InetSocketAddress address(JsonNode request) throws Exception {
    return new InetSocketAddress(InetAddress.getByName(request.get("host").asText()), request.get("port").asInt());
  }

  private AgentBlackHole() {}
}
