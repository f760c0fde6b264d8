import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LogFiles {
  /** File for `-Dlog4j2.configurationFile`. */
  readonly settings: string;
  readonly main: string;
  /** File with what the authorizer allowed (DEBUG) and denied (INFO). */
  readonly authorizer: string;
}

/** Writes Log4j 2 settings that send a process's log to its own folder, not to the terminal. */
export function writeLogSettings(folder: string): LogFiles {
  const files = {
    settings: join(folder, 'log4j2.xml'),
    main: join(folder, 'main.log'),
    authorizer: join(folder, 'authorizer.log'),
  };
  const pattern = '<PatternLayout pattern="%d{ISO8601} %-5p %m (%c{1})%n"/>';
  writeFileSync(
    files.settings,
    `<Configuration status="ERROR" shutdownHook="disable">
  <Appenders>
    <File name="main" fileName="${files.main}">${pattern}</File>
    <File name="authorizer" fileName="${files.authorizer}">${pattern}</File>
  </Appenders>
  <Loggers>
    <Root level="INFO"><AppenderRef ref="main"/></Root>
    <Logger name="kafka.authorizer.logger" level="DEBUG" additivity="false"><AppenderRef ref="authorizer"/></Logger>
    <Logger name="org.apache.kafka.common.config.AbstractConfig" level="WARN"/>
    <Logger name="org.reflections" level="ERROR"/>
    <!-- A thousand lines a second while a cluster is dead. -->
    <Logger name="org.apache.kafka.clients.admin.internals.AdminMetadataManager" level="WARN"/>
    <Logger name="org.apache.kafka.clients.Metadata" level="WARN"/>
  </Loggers>
</Configuration>
`,
  );
  return files;
}
