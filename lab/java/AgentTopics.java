import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/** Commands for topics, their settings and their offsets. */
final class AgentTopics {
  private static final Map<Map<String, Object>, Admin> ADMINS = new ConcurrentHashMap<>();

  static void register(Map<String, LabAgent.Command> commands) {
    commands.put("liveBrokers", AgentTopics::liveBrokers);
    commands.put("createTopics", AgentTopics::createTopics);
    commands.put("deleteTopics", AgentTopics::deleteTopics);
    commands.put("describeTopics", AgentTopics::describeTopics);
    commands.put("listTopics", AgentTopics::listTopics);
    commands.put("createPartitions", AgentTopics::createPartitions);
    commands.put("reassign", AgentTopics::reassign);
    commands.put("alterConfigs", AgentTopics::alterConfigs);
    commands.put("deleteRecords", AgentTopics::deleteRecords);
    commands.put("listOffsets", AgentTopics::listOffsets);
  }

  /** One admin client per set of client properties, kept until the agent ends. */
  static Admin admin(JsonNode request) {
    return ADMINS.computeIfAbsent(
        LabAgent.client(request),
        properties -> {
          Map<String, Object> settings = new HashMap<>(properties);
          settings.putIfAbsent("default.api.timeout.ms", "30000");
          settings.putIfAbsent("request.timeout.ms", "10000");
          settings.putIfAbsent("reconnect.backoff.max.ms", "200");
          return Admin.create(settings);
        });
  }

  private static Object liveBrokers(JsonNode request) throws Exception {
    DescribeClusterOptions options = new DescribeClusterOptions().timeoutMs(request.get("timeoutMs").asInt());
    List<Integer> nodes = new ArrayList<>();
    admin(request).describeCluster(options).nodes().get().forEach(node -> nodes.add(node.id()));
    return nodes;
  }

  private static Object createTopics(JsonNode request) throws Exception {
    List<NewTopic> topics = new ArrayList<>();
    for (JsonNode topic : request.get("topics")) {
      NewTopic created =
          new NewTopic(
              topic.get("name").asText(),
              Optional.of(topic.get("partitions").asInt()),
              Optional.of((short) topic.get("replicationFactor").asInt()));
      Map<String, String> configs = new HashMap<>();
      LabAgent.strings(topic.get("config")).forEach((key, value) -> configs.put(key, value.toString()));
      topics.add(created.configs(configs));
    }
    var result = admin(request).createTopics(topics);
    Map<String, String> ids = new LinkedHashMap<>();
    for (NewTopic topic : topics) ids.put(topic.name(), result.topicId(topic.name()).get().toString());
    return ids;
  }

  private static Object deleteTopics(JsonNode request) throws Exception {
    List<String> names = texts(request.get("topics"));
    admin(request).deleteTopics(names).all().get();
    return true;
  }

  private static Object listTopics(JsonNode request) throws Exception {
    return admin(request).listTopics(new ListTopicsOptions().listInternal(true)).names().get();
  }

  private static Object describeTopics(JsonNode request) throws Exception {
    Map<String, Object> answer = new LinkedHashMap<>();
    for (TopicDescription topic : admin(request).describeTopics(texts(request.get("topics"))).allTopicNames().get().values()) {
      List<Integer> leaders = new ArrayList<>();
      List<Integer> inSync = new ArrayList<>();
      for (TopicPartitionInfo partition : topic.partitions()) {
        leaders.add(partition.leader() == null || partition.leader().isEmpty() ? null : partition.leader().id());
        inSync.add(partition.isr().size());
      }
      answer.put(topic.name(), Map.of("id", topic.topicId().toString(), "leaders", leaders, "inSync", inSync));
    }
    return answer;
  }

  private static Object createPartitions(JsonNode request) throws Exception {
    NewPartitions total = NewPartitions.increaseTo(request.get("total").asInt());
    admin(request).createPartitions(Map.of(request.get("topic").asText(), total)).all().get();
    return true;
  }

  private static Object reassign(JsonNode request) throws Exception {
    List<Integer> replicas = new ArrayList<>();
    request.get("replicas").forEach(node -> replicas.add(node.asInt()));
    admin(request)
        .alterPartitionReassignments(Map.of(partition(request), Optional.of(new NewPartitionReassignment(replicas))))
        .all()
        .get();
    return true;
  }

  private static Object alterConfigs(JsonNode request) throws Exception {
    ConfigResource resource =
        new ConfigResource(ConfigResource.Type.valueOf(request.get("type").asText()), request.get("name").asText());
    List<AlterConfigOp> operations = new ArrayList<>();
    LabAgent.strings(request.get("set"))
        .forEach((key, value) -> operations.add(new AlterConfigOp(new ConfigEntry(key, value.toString()), AlterConfigOp.OpType.SET)));
    for (String key : texts(request.get("remove"))) {
      operations.add(new AlterConfigOp(new ConfigEntry(key, null), AlterConfigOp.OpType.DELETE));
    }
    admin(request).incrementalAlterConfigs(Map.of(resource, operations)).all().get();
    return true;
  }

  private static Object deleteRecords(JsonNode request) throws Exception {
    TopicPartition partition = partition(request);
    RecordsToDelete before = RecordsToDelete.beforeOffset(Long.parseLong(request.get("before").asText()));
    return Long.toString(
        admin(request).deleteRecords(Map.of(partition, before)).lowWatermarks().get(partition).get().lowWatermark());
  }

  /** Start, high watermark and last stable offset of every partition of the topics. */
  private static Object listOffsets(JsonNode request) throws Exception {
    Admin admin = admin(request);
    Map<String, TopicDescription> topics = admin.describeTopics(texts(request.get("topics"))).allTopicNames().get();
    List<TopicPartition> partitions = new ArrayList<>();
    topics.values().forEach(topic -> topic.partitions().forEach(p -> partitions.add(new TopicPartition(topic.name(), p.partition()))));
    var start = offsets(admin, partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    var stable = offsets(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    var high = offsets(admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    List<Object> answer = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      answer.add(
          Map.of(
              "topic", partition.topic(),
              "partition", partition.partition(),
              "start", Long.toString(start.get(partition).offset()),
              "highWatermark", Long.toString(high.get(partition).offset()),
              "lastStableOffset", Long.toString(stable.get(partition).offset())));
    }
    return answer;
  }

  private static Map<TopicPartition, ListOffsetsResultInfo> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) throws Exception {
    Map<TopicPartition, OffsetSpec> query = new HashMap<>();
    partitions.forEach(partition -> query.put(partition, spec));
    return admin.listOffsets(query, new ListOffsetsOptions(isolation)).all().get();
  }

  static TopicPartition partition(JsonNode request) {
    return new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
  }

  static List<String> texts(JsonNode array) {
    List<String> list = new ArrayList<>();
    if (array != null) array.forEach(node -> list.add(node.asText()));
    return list;
  }

  private AgentTopics() {}
}
