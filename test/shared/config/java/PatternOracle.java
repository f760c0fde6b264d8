package org.apache.kafka.connect.mirror;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.config.ConfigDef;

/**
 * Reads lines of texts in base64, parted by blanks: the value of a setting like "topics", then names. Prints for each line
 * "rejected" where MM2 could not compile the setting, "broken" where Java fails on a name, or for each name 1 where MM2
 * would select it and 0 where not.
 */
public class PatternOracle {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] texts = line.split(" ");
            StringBuilder out = new StringBuilder("ORACLE ");
            try {
                Pattern pattern = MirrorUtils.compilePatternList(items(decoded(texts[0])));
                for (int i = 1; i < texts.length; i++) {
                    out.append(pattern != null && pattern.matcher(decoded(texts[i])).matches() ? '1' : '0');
                }
            } catch (PatternSyntaxException e) {
                out.append("rejected");
            } catch (RuntimeException e) {
                out = new StringBuilder("ORACLE broken");
            }
            System.out.println(out);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> items(String setting) {
        return (List<String>) ConfigDef.parseType("topics", setting, ConfigDef.Type.LIST);
    }

    /** A letter first, so that no text is empty. */
    private static String decoded(String text) {
        return new String(Base64.getDecoder().decode(text.substring(1)), StandardCharsets.UTF_8);
    }
}
