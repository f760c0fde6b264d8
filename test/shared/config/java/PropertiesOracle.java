import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Prints what java.util.Properties makes of each file: a line "file NAME", then "entry KEY VALUE" sorted by key, or
 * "refused". Texts are printed as UTF-16 code units in hexadecimal, so that nothing depends on an encoding.
 */
public class PropertiesOracle {
    public static void main(String[] files) throws Exception {
        StringBuilder out = new StringBuilder();
        for (String file : files) {
            out.append("file ").append(Path.of(file).getFileName()).append('\n');
            Properties properties = new Properties();
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                properties.load(in);
                TreeMap<String, String> sorted = new TreeMap<>();
                for (String key : properties.stringPropertyNames()) sorted.put(key, properties.getProperty(key));
                sorted.forEach((k, v) -> out.append("entry ").append(hex(k)).append(' ').append(hex(v)).append('\n'));
            } catch (IllegalArgumentException e) {
                out.append("refused\n");
            }
        }
        System.out.print(out);
    }

    private static String hex(String text) {
        StringBuilder out = new StringBuilder("x");
        for (char c : text.toCharArray()) out.append(String.format("%04x", (int) c));
        return out.toString();
    }
}
