import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes records with a unique `id` header, also in transactions, and reads whole partitions. */
final class AgentRecords {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long READ_DEADLINE_MS = 120_000;
  private static final Map<String, KafkaProducer<byte[], byte[]>> PRODUCERS = new ConcurrentHashMap<>();

  static void register(Map<String, LabAgent.Command> commands) {
    commands.put("produce", AgentRecords::produce);
    commands.put("endTransaction", AgentRecords::endTransaction);
    commands.put("readRecords", AgentRecords::readRecords);
    commands.put("tail", AgentRecords::tail);
    commands.put("readRaw", AgentRecords::readRaw);
  }

  /** Reuses producers: one per client and settings, or per transactional id, so that a transaction can stay open. */
  static KafkaProducer<byte[], byte[]> producer(JsonNode request) {
    String transactionalId = request.path("transactionalId").asText("");
    Map<String, Object> settings = new HashMap<>(LabAgent.client(request));
    settings.putAll(LabAgent.strings(request.get("settings")));
    String name = transactionalId.isEmpty() ? "plain " + settings : "transactional " + transactionalId;
    return PRODUCERS.computeIfAbsent(
        name,
        key -> {
          settings.putIfAbsent("batch.size", "65536");
          settings.putIfAbsent("linger.ms", "2");
          // A new partition may refuse the first batch and accept the second. A broker accepts any first sequence
          // number of a producer that it does not know, and then refuses the earlier one for ever.
          settings.putIfAbsent("max.in.flight.requests.per.connection", "1");
          if (!transactionalId.isEmpty()) settings.put("transactional.id", transactionalId);
          var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
          if (!transactionalId.isEmpty()) producer.initTransactions();
          return producer;
        });
  }

  private static Object produce(JsonNode request) throws Exception {
    KafkaProducer<byte[], byte[]> producer = producer(request);
    boolean transactional = request.hasNonNull("transactionalId");
    boolean begin = transactional && request.path("begin").asBoolean(true);
    if (begin) producer.beginTransaction();
    String topic = request.get("topic").asText();
    Integer partition = request.hasNonNull("partition") ? request.get("partition").asInt() : null;
    long count = request.get("count").asLong();
    long firstId = request.get("firstId").asLong();
    List<String> keys = AgentTopics.texts(request.get("keyList"));
    long keyCount = request.path("keys").asLong(0);
    Long timestamp = request.hasNonNull("timestamp") ? Long.parseLong(request.get("timestamp").asText()) : null;
    String prefix = request.get("prefix").asText();
    byte[] padding = new byte[request.path("valueBytes").asInt(0)];
    java.util.Arrays.fill(padding, (byte) 'x');
    AtomicLong first = new AtomicLong(Long.MAX_VALUE);
    AtomicLong last = new AtomicLong(-1);
    AtomicReference<Exception> failure = new AtomicReference<>();
    for (long i = 0; i < count; i++) {
      String id = prefix + (firstId + i);
      byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
      byte[] key = null;
      if (keyCount > 0) key = ("k" + i % keyCount).getBytes(StandardCharsets.UTF_8);
      else if (!keys.isEmpty()) key = keys.get((int) (i % keys.size())).getBytes(StandardCharsets.UTF_8);
      byte[] value = padding.length > 0 ? padding : idBytes;
      var record = new ProducerRecord<>(topic, partition, timestamp, key, value);
      record.headers().add("id", idBytes);
      producer.send(
          record,
          (metadata, error) -> {
            if (error != null) {
              failure.compareAndSet(null, error);
              return;
            }
            first.accumulateAndGet(metadata.offset(), Math::min);
            last.accumulateAndGet(metadata.offset(), Math::max);
          });
    }
    producer.flush();
    if (failure.get() != null) throw failure.get();
    if (transactional) end(producer, request);
    return Map.of("firstOffset", Long.toString(count == 0 ? -1 : first.get()), "lastOffset", Long.toString(last.get()));
  }

  private static Object endTransaction(JsonNode request) throws Exception {
    end(producer(request), request);
    return true;
  }

  static void end(KafkaProducer<byte[], byte[]> producer, JsonNode request) throws Exception {
    switch (request.get("end").asText()) {
      case "commit" -> producer.commitTransaction();
      case "abort" -> producer.abortTransaction();
      case "open" -> {
        return;
      }
      default -> throw new IllegalArgumentException("end must be commit, abort or open");
    }
    // The coordinator answers before it writes the markers, but tests need the markers.
    String id = request.get("transactionalId").asText();
    Admin admin = AgentTopics.admin(request);
    long deadline = System.currentTimeMillis() + READ_DEADLINE_MS;
    for (; ; ) {
      TransactionState state = admin.describeTransactions(List.of(id)).description(id).get().state();
      if (state == TransactionState.COMPLETE_COMMIT || state == TransactionState.COMPLETE_ABORT) return;
      if (System.currentTimeMillis() > deadline) throw new IllegalStateException("transaction " + id + " stays " + state);
      Thread.sleep(10);
    }
  }

  static KafkaConsumer<byte[], byte[]> reader(JsonNode request) {
    Map<String, Object> settings = new HashMap<>(LabAgent.client(request));
    settings.put("isolation.level", request.path("isolation").asText("read_uncommitted"));
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    settings.put("max.poll.records", "20000");
    settings.put("fetch.max.wait.ms", "100");
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  interface Visitor {
    void visit(ConsumerRecord<byte[], byte[]> record) throws Exception;
  }

  /** Reads a partition from an offset (or its start) to its present end; returns [start, end]. */
  private static long[] read(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, Long from, Visitor visitor)
      throws Exception {
    consumer.assign(List.of(partition));
    long start = consumer.beginningOffsets(List.of(partition)).get(partition);
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    consumer.seek(partition, from == null ? start : Math.max(start, from));
    long deadline = System.currentTimeMillis() + READ_DEADLINE_MS;
    while (consumer.position(partition) < end) {
      if (System.currentTimeMillis() > deadline) throw new IllegalStateException("could not read " + partition + " to " + end);
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end) visitor.visit(record);
      }
    }
    return new long[] {start, end};
  }

  /** Writes one line per data record to a file, with tabs: offset, id (empty if there is none), key in base64, leader epoch. */
  private static Object readRecords(JsonNode request) throws Exception {
    TopicPartition partition = AgentTopics.partition(request);
    try (var consumer = reader(request);
        BufferedWriter out = Files.newBufferedWriter(Path.of(request.get("file").asText()), StandardCharsets.UTF_8)) {
      long[] range =
          read(
              consumer,
              partition,
              null,
              record -> {
                String key = record.key() == null ? "" : base64(record.key());
                out.write(record.offset() + "\t" + id(record) + "\t" + key + "\t" + record.leaderEpoch().orElse(-1) + "\n");
              });
      return Map.of("start", Long.toString(range[0]), "end", Long.toString(range[1]));
    }
  }

  /** Offsets and ids of the data records among the last `offsets` offsets of a partition, in order. */
  private static Object tail(JsonNode request) throws Exception {
    TopicPartition partition = AgentTopics.partition(request);
    List<Object> ids = new ArrayList<>();
    try (var consumer = reader(request)) {
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      read(consumer, partition, end - request.get("offsets").asLong(), record -> ids.add(Map.of("offset", Long.toString(record.offset()), "id", id(record))));
    }
    return ids;
  }

  /** Complete records of small topics such as MM2's own: keys and values in base64. */
  private static Object readRaw(JsonNode request) throws Exception {
    List<Object> records = new ArrayList<>();
    try (var consumer = reader(request)) {
      Long from = request.hasNonNull("from") ? Long.parseLong(request.get("from").asText()) : null;
      read(
          consumer,
          AgentTopics.partition(request),
          from,
          record -> {
            Map<String, Object> row = new HashMap<>();
            row.put("offset", Long.toString(record.offset()));
            row.put("timestamp", Long.toString(record.timestamp()));
            row.put("key", base64(record.key()));
            row.put("value", base64(record.value()));
            records.add(row);
          });
    }
    return records;
  }

  static String id(ConsumerRecord<byte[], byte[]> record) {
    Header header = record.headers().lastHeader("id");
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static String base64(byte[] bytes) {
    return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
  }

  private AgentRecords() {}
}
