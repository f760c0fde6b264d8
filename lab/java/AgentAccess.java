import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Commands for ACLs. */
final class AgentAccess {
  static void register(Map<String, LabAgent.Command> commands) {
    commands.put("createAcls", AgentAccess::createAcls);
    commands.put("deleteAcls", AgentAccess::deleteAcls);
    commands.put("countAcls", AgentAccess::countAcls);
  }

  private static Object createAcls(JsonNode request) throws Exception {
    AgentTopics.admin(request).createAcls(bindings(request)).all().get();
    return true;
  }

  private static Object deleteAcls(JsonNode request) throws Exception {
    List<AclBindingFilter> filters = new ArrayList<>();
    for (AclBinding binding : bindings(request)) filters.add(binding.toFilter());
    return AgentTopics.admin(request).deleteAcls(filters).all().get().size();
  }

  /** How many of these ACLs a broker's own authorizer has. */
  private static Object countAcls(JsonNode request) throws Exception {
    int known = 0;
    for (AclBinding binding : bindings(request)) {
      if (AgentTopics.admin(request).describeAcls(binding.toFilter()).values().get().contains(binding)) known++;
    }
    return known;
  }

  private static List<AclBinding> bindings(JsonNode request) {
    List<AclBinding> bindings = new ArrayList<>();
    for (JsonNode acl : request.get("acls")) {
      bindings.add(
          new AclBinding(
              new ResourcePattern(
                  ResourceType.fromString(acl.get("resourceType").asText()),
                  acl.get("resourceName").asText(),
                  PatternType.fromString(acl.path("patternType").asText("LITERAL"))),
              new AccessControlEntry(
                  acl.get("principal").asText(),
                  "*",
                  AclOperation.fromString(acl.get("operation").asText()),
                  AclPermissionType.fromString(acl.path("permission").asText("ALLOW")))));
    }
    return bindings;
  }

  private AgentAccess() {}
}
