package org.apache.kafka.connect.mirror;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads paths of mm2.properties files from stdin and prints, one JSON object a line, what MM2's own classes make of each:
 * the flows that really mirror, with the settings that an auditor has to know. {"refused": true} where they throw.
 */
public class Mm2Oracle {
    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String file = in.readLine(); file != null; file = in.readLine()) {
            Map<String, Object> out = new LinkedHashMap<>();
            try {
                out.put("flows", flows(Utils.propsToStringMap(Utils.loadProps(Path.of(file).toString()))));
            } catch (RuntimeException e) {
                out = Map.of("refused", true);
            }
            System.out.println("ORACLE " + json.writeValueAsString(out));
        }
    }

    private static Map<String, Object> flows(Map<String, String> properties) {
        MirrorMakerConfig config = new MirrorMakerConfig(properties);
        Map<String, Object> flows = new TreeMap<>();
        for (SourceAndTarget pair : config.clusterPairs()) {
            MirrorSourceConfig source =
                new MirrorSourceConfig(config.connectorBaseConfig(pair, MirrorSourceConnector.class));
            if (!source.enabled()) continue;
            MirrorCheckpointConfig checkpoint =
                new MirrorCheckpointConfig(config.connectorBaseConfig(pair, MirrorCheckpointConnector.class));
            Map<String, String> worker = config.workerConfig(pair);
            Map<String, Object> consumer = source.sourceConsumerConfig("oracle");
            Map<String, Object> flow = new LinkedHashMap<>();
            flow.put("topics", source.getList("topics"));
            flow.put("topicsExclude", source.getList("topics.exclude"));
            flow.put("groups", checkpoint.getList("groups"));
            flow.put("groupsExclude", checkpoint.getList("groups.exclude"));
            flow.put("remoteTopic", source.replicationPolicy().formatRemoteTopic(pair.source(), "t"));
            flow.put("checkpointsTopic", source.checkpointsTopic());
            flow.put("offsetSyncsTopic", source.offsetSyncsTopic());
            flow.put("offsetSyncsLocation", source.offsetSyncsTopicLocation());
            flow.put("emitOffsetSyncs", source.emitOffsetSyncsEnabled());
            flow.put("emitCheckpoints", checkpoint.getBoolean("emit.checkpoints.enabled"));
            flow.put("emitCheckpointsSeconds", checkpoint.getLong("emit.checkpoints.interval.seconds"));
            flow.put("syncGroupOffsets", checkpoint.getBoolean("sync.group.offsets.enabled"));
            flow.put("syncGroupOffsetsSeconds", checkpoint.getLong("sync.group.offsets.interval.seconds"));
            flow.put("heartbeatsReplication", source.heartbeatsReplicationEnabled());
            flow.put("offsetLagMax", source.maxOffsetLag());
            flow.put("refreshTopicsMs", source.refreshTopicsInterval().toMillis());
            flow.put("refreshGroupsMs", checkpoint.refreshGroupsInterval().toMillis());
            flow.put("isolationLevel", consumer.getOrDefault("isolation.level", "read_uncommitted"));
            flow.put("autoOffsetReset", consumer.get("auto.offset.reset"));
            flow.put("offsetFlushIntervalMs", worker.getOrDefault("offset.flush.interval.ms", "60000"));
            flow.put("exactlyOnce", worker.getOrDefault("exactly.once.source.support", "disabled"));
            flow.put("offsetsTopic", worker.get("offset.storage.topic"));
            flow.put("sourceClient", client(source.sourceAdminConfig("oracle")));
            flow.put("targetClient", client(source.targetAdminConfig("oracle")));
            flows.put(pair.source() + "->" + pair.target(), flow);
        }
        return flows;
    }

    private static Map<String, Object> client(Map<String, Object> config) {
        Map<String, Object> client = new TreeMap<>();
        for (String name : new String[] {"bootstrap.servers", "security.protocol", "sasl.mechanism", "sasl.jaas.config"}) {
            client.put(name, config.get(name));
        }
        return client;
    }
}
