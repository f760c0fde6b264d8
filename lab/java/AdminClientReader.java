import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a whole cluster with Kafka's own AdminClient as fast as possible: independent requests run concurrently, and
 * one call gets the commits of all groups (KIP-709). Each line of input has the bootstrap servers of a cluster and
 * starts one round; the answer is a line of JSON. The process keeps one client per cluster, with its connections.
 */
public final class AdminClientReader {
  private static final Map<String, Admin> CLIENTS = new HashMap<>();

  public static void main(String[] args) throws Exception {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    ObjectMapper json = new ObjectMapper();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String servers; (servers = lines.readLine()) != null; ) answers.println(json.writeValueAsString(round(servers)));
    System.exit(0);
  }

  private static Map<String, Object> round(String servers) throws Exception {
    long cpu = cpuNanos();
    long begin = System.nanoTime();
    Admin admin = CLIENTS.computeIfAbsent(servers, key -> Admin.create(Map.of("bootstrap.servers", key)));
    KafkaFuture<java.util.Collection<GroupListing>> listing = admin.listGroups().all();
    Map<String, TopicDescription> topics = admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get();
    List<TopicPartition> partitions = new ArrayList<>();
    topics.forEach((topic, description) -> description.partitions().forEach(p -> partitions.add(new TopicPartition(topic, p.partition()))));
    var starts = offsets(admin, partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    var stables = offsets(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    var ends = offsets(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    Map<String, ListConsumerGroupOffsetsSpec> specs = new HashMap<>();
    for (GroupListing group : listing.get()) specs.put(group.groupId(), new ListConsumerGroupOffsetsSpec());
    Map<String, Map<TopicPartition, OffsetAndMetadata>> commits = admin.listConsumerGroupOffsets(specs).all().get();

    Map<TopicPartition, ListOffsetsResultInfo> end = ends.get();
    long pairs = 0;
    long lag = 0;
    for (Map<TopicPartition, OffsetAndMetadata> group : commits.values()) {
      for (Map.Entry<TopicPartition, OffsetAndMetadata> commit : group.entrySet()) {
        if (commit.getValue() == null) continue;
        pairs++;
        lag += end.get(commit.getKey()).offset() - commit.getValue().offset();
      }
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("partitions", partitions.size());
    answer.put("groups", commits.size());
    answer.put("pairs", pairs);
    answer.put("lag", Long.toString(lag));
    answer.put("starts", sum(starts.get()));
    answer.put("ends", sum(end));
    answer.put("stables", sum(stables.get()));
    answer.put("ms", (System.nanoTime() - begin) / 1e6);
    answer.put("cpuMs", (cpuNanos() - cpu) / 1e6);
    answer.put("peakMib", peakMib());
    return answer;
  }

  private static KafkaFuture<Map<TopicPartition, ListOffsetsResultInfo>> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> query = new HashMap<>();
    partitions.forEach(partition -> query.put(partition, spec));
    return admin.listOffsets(query, new ListOffsetsOptions(isolation)).all();
  }

  private static String sum(Map<TopicPartition, ListOffsetsResultInfo> offsets) {
    long sum = 0;
    for (ListOffsetsResultInfo offset : offsets.values()) sum += offset.offset();
    return Long.toString(sum);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  /** Peak memory of this process in MiB (Linux; 0 elsewhere). */
  private static double peakMib() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return 0;
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
    }
    return 0;
  }

  private AdminClientReader() {}
}
