import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

const tools = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  groups: 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  offsets: 'org.apache.kafka.tools.GetOffsetShell',
  consume: 'org.apache.kafka.tools.consumer.ConsoleConsumer',
} as const;

/**
 * Shell commands for Kafka's own tools on a lab. An argument file for `java` holds the class path of some ninety jars,
 * so that the commands are short enough to copy.
 */
export function kafkaCommands(lab: Lab): (tool: keyof typeof tools, args: string) => string {
  const logging = join(lab.folder, 'tools-log4j2.xml');
  writeFileSync(logging, '<Configuration status="OFF"><Loggers><Root level="OFF"/></Loggers></Configuration>\n');
  const file = join(lab.folder, 'kafka');
  writeFileSync(file, `-Dlog4j2.configurationFile=${logging}\n-XX:TieredStopAtLevel=1\n-cp\n"${lab.classpath}"\n`);
  return (tool, args) => `java @${file} ${tools[tool]} ${args}`;
}
