import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** Prints Kafka's error codes: code, name, whether its own clients would try again. */
public final class ErrorsOracle {
  public static void main(String[] args) {
    for (Errors error : Errors.values()) {
      System.out.println(error.code() + " " + error.name() + " " + (error.exception() instanceof RetriableException));
    }
  }
}
