import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.mirror.RemoteClusterUtils;

/** Commands for consumer groups: live consumers of both protocols, commits, and MM2's translations. */
final class AgentGroups {
  private static final Map<String, LiveConsumer> CONSUMERS = new ConcurrentHashMap<>();

  static void register(Map<String, LabAgent.Command> commands) {
    commands.put("listGroups", AgentGroups::listGroups);
    commands.put("groupOffsets", AgentGroups::groupOffsets);
    commands.put("commitOffsets", AgentGroups::commitOffsets);
    commands.put("readAndCommit", AgentGroups::readAndCommit);
    commands.put("deleteGroupOffsets", AgentGroups::deleteGroupOffsets);
    commands.put("deleteGroups", AgentGroups::deleteGroups);
    commands.put("startConsumer", AgentGroups::startConsumer);
    commands.put("stopConsumer", AgentGroups::stopConsumer);
    commands.put("drainGroup", AgentGroups::drainGroup);
    commands.put("translateOffsets", AgentGroups::translateOffsets);
  }

  private static Object listGroups(JsonNode request) throws Exception {
    List<Object> answer = new ArrayList<>();
    for (GroupListing group : AgentTopics.admin(request).listGroups().all().get()) {
      answer.add(
          Map.of(
              "group", group.groupId(),
              "type", group.type().map(Object::toString).orElse("Unknown"),
              "state", group.groupState().map(Object::toString).orElse("Unknown"),
              "protocol", group.protocol()));
    }
    return answer;
  }

  private static Object groupOffsets(JsonNode request) throws Exception {
    String group = request.get("group").asText();
    Admin admin = AgentTopics.admin(request);
    return rows(
        admin.listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec())).partitionsToOffsetAndMetadata(group).get());
  }

  private static Object commitOffsets(JsonNode request) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (JsonNode row : request.get("offsets")) {
      offsets.put(AgentTopics.partition(row), new OffsetAndMetadata(Long.parseLong(row.get("offset").asText())));
    }
    AgentTopics.admin(request).alterConsumerGroupOffsets(request.get("group").asText(), offsets).all().get();
    return true;
  }

  /** Reads the record before an offset and commits there: with its leader epoch, which the admin client does not know. */
  private static Object readAndCommit(JsonNode request) throws Exception {
    TopicPartition partition = AgentTopics.partition(request);
    long offset = Long.parseLong(request.get("offset").asText());
    Map<String, Object> settings = new HashMap<>(LabAgent.client(request));
    settings.put("group.id", request.get("group").asText());
    settings.put("enable.auto.commit", "false");
    settings.put("max.poll.records", "1");
    try (KafkaConsumer<byte[], byte[]> client = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      client.assign(List.of(partition));
      client.seek(partition, offset - 1);
      long deadline = System.currentTimeMillis() + 60_000;
      while (client.position(partition) < offset) {
        if (System.currentTimeMillis() > deadline) throw new IllegalStateException("the group did not reach " + offset);
        client.poll(Duration.ofMillis(100));
      }
      client.commitSync();
    }
    return true;
  }

  private static Object deleteGroupOffsets(JsonNode request) throws Exception {
    Set<TopicPartition> partitions = new HashSet<>();
    for (JsonNode row : request.get("partitions")) partitions.add(AgentTopics.partition(row));
    AgentTopics.admin(request).deleteConsumerGroupOffsets(request.get("group").asText(), partitions).all().get();
    return true;
  }

  private static Object deleteGroups(JsonNode request) throws Exception {
    AgentTopics.admin(request).deleteConsumerGroups(AgentTopics.texts(request.get("groups"))).all().get();
    return true;
  }

  /** The answer of MirrorMaker's own client library for a group: its last checkpoints. */
  private static Object translateOffsets(JsonNode request) throws Exception {
    String source = request.get("source").asText();
    // Without the topic the library waits for three minutes, whatever its timeout.
    if (!AgentTopics.admin(request).listTopics().names().get().contains(source + ".checkpoints.internal")) return List.of();
    return rows(
        RemoteClusterUtils.translateOffsets(
            LabAgent.client(request),
            source,
            request.get("group").asText(),
            Duration.ofMillis(request.get("timeoutMs").asLong())));
  }

  private static List<Object> rows(Map<TopicPartition, OffsetAndMetadata> offsets) {
    List<Object> rows = new ArrayList<>();
    offsets.forEach(
        (partition, offset) -> {
          if (offset == null) return;
          Map<String, Object> row = new HashMap<>();
          row.put("topic", partition.topic());
          row.put("partition", partition.partition());
          row.put("offset", Long.toString(offset.offset()));
          offset.leaderEpoch().ifPresent(epoch -> row.put("leaderEpoch", epoch));
          rows.add(row);
        });
    return rows;
  }

  /** Starts a consumer on its own thread and answers when it has an assignment. */
  private static Object startConsumer(JsonNode request) throws Exception {
    Map<String, Object> settings = new HashMap<>(LabAgent.client(request));
    settings.put("group.id", request.get("group").asText());
    settings.put("group.protocol", request.get("protocol").asText());
    settings.put("auto.offset.reset", "earliest");
    settings.put("auto.commit.interval.ms", "500");
    settings.putAll(LabAgent.strings(request.get("settings")));
    LiveConsumer consumer = new LiveConsumer(settings, AgentTopics.texts(request.get("topics")));
    CONSUMERS.put(request.get("name").asText(), consumer);
    consumer.start();
    long deadline = System.currentTimeMillis() + 30_000;
    while (!consumer.assigned) {
      if (consumer.failure != null) throw consumer.failure;
      if (System.currentTimeMillis() > deadline) throw new IllegalStateException("the consumer got no assignment");
      Thread.sleep(20);
    }
    return true;
  }

  /** Stops a consumer, which commits and leaves its group; answers the number of records it read. */
  private static Object stopConsumer(JsonNode request) throws Exception {
    LiveConsumer consumer = CONSUMERS.remove(request.get("name").asText());
    if (consumer == null) throw new IllegalArgumentException("no such consumer");
    consumer.client.wakeup();
    consumer.join();
    if (consumer.failure != null) throw consumer.failure;
    return Long.toString(consumer.records);
  }

  /** Consumes as the group up to the present log ends, commits and leaves; answers every record. */
  private static Object drainGroup(JsonNode request) throws Exception {
    Map<String, Object> settings = new HashMap<>(LabAgent.client(request));
    settings.put("group.id", request.get("group").asText());
    settings.put("group.protocol", request.get("protocol").asText());
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    List<Object> rows = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> client = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      client.subscribe(AgentTopics.texts(request.get("topics")));
      long deadline = System.currentTimeMillis() + 60_000;
      Map<TopicPartition, Long> ends = Map.of();
      while (ends.isEmpty() || !isAtEnds(client, ends)) {
        if (System.currentTimeMillis() > deadline) throw new IllegalStateException("the group did not reach the ends");
        for (ConsumerRecord<byte[], byte[]> record : client.poll(Duration.ofMillis(100))) {
          rows.add(
              Map.of(
                  "topic", record.topic(),
                  "partition", record.partition(),
                  "offset", Long.toString(record.offset()),
                  "id", AgentRecords.id(record)));
        }
        if (ends.isEmpty() && !client.assignment().isEmpty()) ends = client.endOffsets(client.assignment());
      }
      client.commitSync();
    }
    return rows;
  }

  private static boolean isAtEnds(KafkaConsumer<byte[], byte[]> client, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream().allMatch(end -> client.position(end.getKey()) >= end.getValue());
  }

  private static final class LiveConsumer extends Thread {
    final KafkaConsumer<byte[], byte[]> client;
    volatile boolean assigned;
    volatile long records;
    volatile RuntimeException failure;

    LiveConsumer(Map<String, Object> settings, List<String> topics) {
      super("consumer");
      setDaemon(true);
      client = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      client.subscribe(topics);
    }

    @Override
    public void run() {
      try (client) {
        for (; ; ) {
          records += client.poll(Duration.ofMillis(100)).count();
          if (!client.assignment().isEmpty()) assigned = true;
        }
      } catch (WakeupException stop) {
        // Asked to stop; closing commits and leaves the group.
      } catch (RuntimeException error) {
        failure = error;
      }
    }
  }

  private AgentGroups() {}
}
