import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.transforms.Transformation;

/** Adds a header to every record. Kafka's own InsertHeader adds a string, which MM2's header converter refuses. */
public final class LabHeader<R extends ConnectRecord<R>> implements Transformation<R> {
  @Override
  public R apply(R record) {
    record.headers().addBytes("via", "mm2".getBytes(StandardCharsets.UTF_8));
    return record;
  }

  @Override
  public ConfigDef config() {
    return new ConfigDef();
  }

  @Override
  public void configure(Map<String, ?> settings) {}

  @Override
  public void close() {}
}
