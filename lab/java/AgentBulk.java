import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Writes hundreds of thousands of records and commits from files, one per line, with tabs between the fields. */
final class AgentBulk {
  static void register(Map<String, LabAgent.Command> commands) {
    commands.put("produceFile", AgentBulk::produceFile);
    commands.put("commitFile", AgentBulk::commitFile);
  }

  /** Lines: topic, partition, timestamp, key, value (base64; empty is null). With an id: one transaction. */
  private static Object produceFile(JsonNode request) throws Exception {
    KafkaProducer<byte[], byte[]> producer = AgentRecords.producer(request);
    boolean transactional = request.hasNonNull("transactionalId");
    if (transactional) producer.beginTransaction();
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (BufferedReader lines = open(request)) {
      for (String line; (line = lines.readLine()) != null; ) {
        String[] fields = line.split("\t", -1);
        byte[] key = fields[3].isEmpty() ? null : Base64.getDecoder().decode(fields[3]);
        byte[] value = fields[4].isEmpty() ? null : Base64.getDecoder().decode(fields[4]);
        producer.send(
            new ProducerRecord<>(fields[0], Integer.parseInt(fields[1]), Long.parseLong(fields[2]), key, value),
            (metadata, error) -> {
              if (error != null) failure.compareAndSet(null, error);
            });
      }
    }
    producer.flush();
    if (failure.get() != null) throw failure.get();
    if (transactional) AgentRecords.end(producer, request);
    return true;
  }

  /** Lines: group, topic, partition, offset. */
  private static Object commitFile(JsonNode request) throws Exception {
    Map<String, Map<TopicPartition, OffsetAndMetadata>> groups = new LinkedHashMap<>();
    try (BufferedReader lines = open(request)) {
      for (String line; (line = lines.readLine()) != null; ) {
        String[] fields = line.split("\t");
        groups
            .computeIfAbsent(fields[0], group -> new LinkedHashMap<>())
            .put(new TopicPartition(fields[1], Integer.parseInt(fields[2])), new OffsetAndMetadata(Long.parseLong(fields[3])));
      }
    }
    Admin admin = AgentTopics.admin(request);
    List<KafkaFuture<Void>> commits = new ArrayList<>();
    groups.forEach((group, offsets) -> commits.add(admin.alterConsumerGroupOffsets(group, offsets).all()));
    for (KafkaFuture<Void> commit : commits) commit.get();
    return true;
  }

  private static BufferedReader open(JsonNode request) throws Exception {
    return Files.newBufferedReader(Path.of(request.get("file").asText()), StandardCharsets.UTF_8);
  }

  private AgentBulk() {}
}
