import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Groups of the newer kinds: share groups (KIP-932) and streams groups (KIP-1071). */
final class AgentOtherGroups {
  private static final int LEAVE = -1;
  private static final long DEADLINE_MS = 60_000;

  static void register(Map<String, LabAgent.Command> commands) {
    commands.put("startShareConsumer", AgentOtherGroups::startShareConsumer);
    commands.put("commitStreamsOffset", AgentOtherGroups::commitStreamsOffset);
  }

  /** A member of a share group that reads and acknowledges until the agent ends. */
  private static Object startShareConsumer(JsonNode request) {
    Map<String, Object> settings = new HashMap<>(LabAgent.client(request));
    settings.put("group.id", request.get("group").asText());
    var consumer = new KafkaShareConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(List.of(request.get("topic").asText()));
    Thread thread =
        new Thread(
            () -> {
              for (; ; ) consumer.poll(Duration.ofMillis(100));
            },
            "share-consumer");
    thread.setDaemon(true);
    thread.start();
    return true;
  }

  /** Makes a streams group: a member joins and leaves, and then the group gets an offset. */
  private static Object commitStreamsOffset(JsonNode request) throws Exception {
    String group = request.get("group").asText();
    String member = Uuid.randomUuid().toString();
    heartbeat(request, joining(group, member, request.get("topic").asText()));
    heartbeat(request, base(group, member, LEAVE));
    var offset = new OffsetAndMetadata(Long.parseLong(request.get("offset").asText()));
    AgentTopics.admin(request).alterStreamsGroupOffsets(group, Map.of(AgentTopics.partition(request), offset)).all().get();
    return true;
  }

  private static StreamsGroupHeartbeatRequestData base(String group, String member, int epoch) {
    return new StreamsGroupHeartbeatRequestData().setGroupId(group).setMemberId(member).setMemberEpoch(epoch);
  }

  private static StreamsGroupHeartbeatRequestData joining(String group, String member, String topic) {
    Subtopology reading = new Subtopology().setSubtopologyId("0").setSourceTopics(List.of(topic));
    return base(group, member, 0)
        .setRebalanceTimeoutMs(60_000)
        .setProcessId(member)
        .setClientTags(List.of())
        .setActiveTasks(List.of())
        .setStandbyTasks(List.of())
        .setWarmupTasks(List.of())
        .setTopology(new Topology().setEpoch(1).setSubtopologies(List.of(reading)));
  }

  /** Sends one heartbeat to a cluster of one broker without a login. The lab has no Kafka Streams for it. */
  private static void heartbeat(JsonNode request, StreamsGroupHeartbeatRequestData data) throws Exception {
    String[] address = LabAgent.client(request).get("bootstrap.servers").toString().split(":");
    short version = ApiKeys.STREAMS_GROUP_HEARTBEAT.latestVersion();
    RequestHeader header = new RequestHeader(ApiKeys.STREAMS_GROUP_HEARTBEAT, version, "lab", 1);
    long deadline = System.currentTimeMillis() + DEADLINE_MS;
    for (; ; ) {
      ByteBuffer bytes = new StreamsGroupHeartbeatRequest.Builder(data).build(version).serializeWithHeader(header);
      try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(bytes.remaining());
        out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        var response = (StreamsGroupHeartbeatResponse) AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
        Errors error = Errors.forCode(response.data().errorCode());
        if (error == Errors.NONE) return;
        boolean isLoading = error == Errors.COORDINATOR_NOT_AVAILABLE || error == Errors.NOT_COORDINATOR;
        if (!isLoading && error != Errors.COORDINATOR_LOAD_IN_PROGRESS) throw error.exception(response.data().errorMessage());
        if (System.currentTimeMillis() > deadline) throw new IllegalStateException("streams group: " + error);
        // The offsets topic is created with the first request for a coordinator.
        AgentTopics.admin(request).listConsumerGroupOffsets(data.groupId()).partitionsToOffsetAndMetadata().get();
      }
    }
  }

  private AgentOtherGroups() {}
}
