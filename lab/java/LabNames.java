import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * Lets this JVM resolve names at one DNS server, whatever its port, without the rights that /etc/resolv.conf would need. It
 * takes the place of the JVM's call of the system's resolver: the JVM still asks its own cache first, as in production.
 * Needs --add-opens java.base/java.net=ALL-UNNAMED.
 */
final class LabNames {
  /** Resolves at this server from now on. */
  static void use(String server) throws ReflectiveOperationException {
    // Java 17 has a field "nameService" of an interface of its own; Java 18 and later have "resolver" (JEP 418).
    Field field = resolverField();
    field.setAccessible(true);
    Object resolver =
        Proxy.newProxyInstance(
            null,
            new Class<?>[] {field.getType()},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "lookupAllHostAddr" -> resolve(server, (String) arguments[0]).toArray(new InetAddress[0]);
                  case "lookupByName" -> resolve(server, (String) arguments[0]).stream();
                  case "toString" -> "DNS at " + server;
                  case "hashCode" -> System.identityHashCode(self);
                  case "equals" -> self == arguments[0];
                  default -> throw new UnknownHostException("no reverse lookup in the lab");
                });
    field.set(null, resolver);
  }

  private static Field resolverField() throws NoSuchFieldException {
    try {
      return InetAddress.class.getDeclaredField("nameService");
    } catch (NoSuchFieldException newer) {
      return InetAddress.class.getDeclaredField("resolver");
    }
  }

  private static List<InetAddress> resolve(String server, String host) throws UnknownHostException {
    Hashtable<String, String> settings = new Hashtable<>();
    settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    settings.put(Context.PROVIDER_URL, "dns://" + server);
    settings.put("com.sun.jndi.dns.timeout.initial", "1000");
    settings.put("com.sun.jndi.dns.timeout.retries", "2");
    List<InetAddress> found = new ArrayList<>();
    try {
      InitialDirContext context = new InitialDirContext(settings);
      try {
        Attribute addresses = context.getAttributes(host, new String[] {"A"}).get("A");
        for (int i = 0; addresses != null && i < addresses.size(); i++) {
          found.add(InetAddress.getByAddress(host, InetAddress.getByName((String) addresses.get(i)).getAddress()));
        }
      } finally {
        context.close();
      }
    } catch (NamingException error) {
      UnknownHostException unknown = new UnknownHostException(host + ": " + error.getMessage());
      unknown.initCause(error);
      throw unknown;
    }
    if (found.isEmpty()) throw new UnknownHostException(host + ": no address");
    return found;
  }

  private LabNames() {}
}
