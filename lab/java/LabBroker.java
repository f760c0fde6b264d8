import java.io.File;

/**
 * Formats a broker's storage if it is empty, and runs the broker in the same JVM. A second JVM for
 * kafka.tools.StorageTool would add more than a second of CPU time to every start.
 *
 * Arguments: server.properties, cluster id, then further arguments for `format` (such as --add-scram).
 */
public final class LabBroker {
  public static void main(String[] args) {
    String properties = args[0];
    File formatted = new File(args[1], "meta.properties");
    if (!formatted.exists()) {
      String[] format = new String[args.length + 2];
      format[0] = "format";
      format[1] = "-t";
      format[2] = args[2];
      format[3] = "-c";
      format[4] = properties;
      System.arraycopy(args, 3, format, 5, args.length - 3);
      int code = kafka.tools.StorageTool.execute(format, System.out);
      if (code != 0) {
        System.exit(code);
      }
    }
    kafka.Kafka.main(new String[] {properties});
  }
}
