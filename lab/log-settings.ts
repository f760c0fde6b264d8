import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LogFiles {
  /** Give this to a JVM as `-Dlog4j2.configurationFile`. */
  readonly settings: string;
  readonly main: string;
  /** What the authorizer allowed (DEBUG) and denied (INFO). */
  readonly authorizer: string;
}

/** Log4j 2 settings that keep a process's log in its own folder and away from the terminal. */
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
