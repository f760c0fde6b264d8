import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * An application: consumers and at most one producer that run until the input ends (the producer: or
 * until the line "stop writing"), and find their cluster by name at one
 * DNS server. The first line of its input is its configuration. It prints what it did as JSON lines:
 * {"kind": "read", "group", "cluster", "at", "ids"}, {"kind": "acknowledged", "cluster", "at", "ids"} or {"kind": "died",
 * "group", "reason"}. "cluster" is the id of the cluster that answered last.
 */
public final class LiveClients {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);
  private static PrintStream answers;
  private static volatile boolean ending;
  private static volatile boolean writing = true;

  public static void main(String[] args) throws Exception {
    answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    JsonNode configuration = JSON.readTree(input.readLine());
    LabNames.use(configuration.get("nameServer").asText());
    List<Thread> clients = new ArrayList<>();
    for (JsonNode group : configuration.get("consumers")) clients.add(new Thread(() -> consume(group), "consumer"));
    if (configuration.has("producer")) clients.add(new Thread(() -> produce(configuration.get("producer")), "producer"));
    for (Thread client : clients) client.start();
    for (String line; (line = input.readLine()) != null; ) if (line.equals("stop writing")) writing = false;
    ending = true;
    writing = false;
    for (Thread client : clients) client.join();
    System.exit(0);
  }

  private static void consume(JsonNode group) {
    String name = group.get("group").asText();
    ClusterName cluster = new ClusterName();
    try (Closing closing = new Closing(new KafkaConsumer<>(LabAgent.strings(group.get("settings")), new ByteArrayDeserializer(), cluster))) {
      closing.consumer.subscribe(AgentTopics.texts(group.get("topics")));
      while (!ending) {
        ConsumerRecords<byte[], byte[]> records = closing.consumer.poll(Duration.ofMillis(100));
        if (records.isEmpty()) continue;
        ObjectNode line = line("read").put("group", name).put("cluster", cluster.id);
        ArrayNode ids = line.putArray("ids");
        for (ConsumerRecord<byte[], byte[]> record : records) ids.add(AgentRecords.id(record));
        print(line);
      }
    } catch (RuntimeException error) {
      print(line("died").put("group", name).put("reason", error.toString()));
    }
  }

  /** Writes bursts; a record that was not acknowledged in time is given up, and never sent to another cluster. */
  private static void produce(JsonNode writer) {
    ClusterName cluster = new ClusterName();
    List<String> topics = AgentTopics.texts(writer.get("topics"));
    String prefix = writer.get("prefix").asText();
    long next = 0;
    try (var producer = new KafkaProducer<>(LabAgent.strings(writer.get("settings")), new ByteArraySerializer(), cluster)) {
      for (int burst = 0; writing; burst++) {
        String topic = topics.get(burst % topics.size());
        for (int i = 0; i < writer.get("burst").asInt(); i++) {
          String id = prefix + "-" + next++;
          byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
          var record = new ProducerRecord<>(topic, ("k" + burst % 97).getBytes(StandardCharsets.UTF_8), bytes);
          record.headers().add("id", bytes);
          producer.send(
              record,
              (metadata, error) -> {
                if (error != null) return;
                ObjectNode line = line("acknowledged").put("cluster", cluster.id);
                line.putArray("ids").add(id);
                print(line);
              });
        }
        Thread.sleep(writer.get("everyMs").asLong());
      }
    } catch (InterruptedException end) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException error) {
      print(line("died").put("group", prefix).put("reason", error.toString()));
    }
  }

  private static ObjectNode line(String kind) {
    return JSON.createObjectNode().put("kind", kind).put("at", System.currentTimeMillis());
  }

  private static void print(ObjectNode line) {
    synchronized (answers) {
      answers.println(line);
    }
  }

  /** Closing commits and leaves the group. A cluster that is lost does not answer, so the wait has an end. */
  private record Closing(KafkaConsumer<byte[], byte[]> consumer) implements AutoCloseable {
    @Override
    public void close() {
      consumer.close(CloseOptions.timeout(CLOSE_WITHIN));
    }
  }

  /** Bytes as they are; remembers the id of the cluster that answered last. */
  private static final class ClusterName implements Deserializer<byte[]>, Serializer<byte[]>, ClusterResourceListener {
    volatile String id = "";

    @Override
    public void onUpdate(ClusterResource resource) {
      id = resource.clusterId() == null ? "" : resource.clusterId();
    }

    @Override
    public byte[] deserialize(String topic, byte[] data) {
      return data;
    }

    @Override
    public byte[] serialize(String topic, byte[] data) {
      return data;
    }

    @Override
    public void configure(Map<String, ?> settings, boolean isKey) {}

    @Override
    public void close() {}
  }

  private LiveClients() {}
}
