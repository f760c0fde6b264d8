import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Does for the lab what only Kafka's own clients can do. Requests and answers are JSON, one per line:
 * {"id": 1, "command": "createTopics", "client": {"bootstrap.servers": …}, …} → {"id": 1, "result": …} or
 * {"id": 1, "error": {"type": …, "message": …}}. Offsets and timestamps are decimal strings in answers.
 * Requests run concurrently. The process ends when its input ends.
 */
public final class LabAgent {
  static final ObjectMapper JSON = new ObjectMapper();

  interface Command {
    Object run(JsonNode request) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // Only answers may go to standard output.
    System.setOut(System.err);
    Map<String, Command> commands = new HashMap<>();
    AgentTopics.register(commands);
    AgentRecords.register(commands);
    AgentBulk.register(commands);
    AgentGroups.register(commands);
    AgentOtherGroups.register(commands);
    AgentAccess.register(commands);
    AgentBlackHole.register(commands);
    ExecutorService pool =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "request");
              thread.setDaemon(true);
              return thread;
            });
    BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = requests.readLine()) != null; ) {
      JsonNode request = JSON.readTree(line);
      pool.execute(
          () -> {
            String answer = answer(commands, request);
            synchronized (answers) {
              answers.println(answer);
            }
          });
    }
    System.exit(0);
  }

  private static String answer(Map<String, Command> commands, JsonNode request) {
    ObjectNode answer = JSON.createObjectNode();
    answer.set("id", request.get("id"));
    try {
      Command command = commands.get(request.get("command").asText());
      if (command == null) throw new IllegalArgumentException("no such command: " + request.get("command"));
      answer.set("result", JSON.valueToTree(command.run(request)));
    } catch (Throwable thrown) {
      Throwable cause = thrown;
      while ((cause instanceof ExecutionException || cause instanceof CompletionException) && cause.getCause() != null) {
        cause = cause.getCause();
      }
      answer.putObject("error").put("type", cause.getClass().getSimpleName()).put("message", String.valueOf(cause.getMessage()));
    }
    return answer.toString();
  }

  /** The client properties of a request. */
  static Map<String, Object> client(JsonNode request) {
    return strings(request.get("client"));
  }

  /** An object's fields as strings, in their order; an absent one is empty. */
  static Map<String, Object> strings(JsonNode object) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (object == null) return map;
    for (Map.Entry<String, JsonNode> field : object.properties()) map.put(field.getKey(), field.getValue().asText());
    return map;
  }

  private LabAgent() {}
}
