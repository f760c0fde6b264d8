package org.apache.kafka.common.security;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.security.auth.login.AppConfigurationEntry;

/** Reads JAAS texts from stdin, base64 one a line, and prints what Kafka's JaasConfig makes of each, or "refused". */
public class JaasOracle {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            StringBuilder out = new StringBuilder("ORACLE");
            try {
                String text = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
                for (AppConfigurationEntry entry : new JaasConfig("c", text).getAppConfigurationEntry("c")) {
                    out.append(" module ").append(encoded(entry.getLoginModuleName()));
                    for (Map.Entry<String, Object> option : new TreeMap<String, Object>(entry.getOptions()).entrySet()) {
                        out.append(' ').append(encoded(option.getKey()));
                        out.append('=').append(encoded((String) option.getValue()));
                    }
                }
            } catch (RuntimeException e) {
                out = new StringBuilder("ORACLE refused");
            }
            System.out.println(out);
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
