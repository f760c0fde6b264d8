import type { ArchivedProcess } from './class-archive.ts';
import type { WatchdogLink } from './watchdog-link.ts';

/** Settings that all processes of a lab share. */
export interface ProcessSetting {
  /** The lab's folder; each process creates its own folder in it. */
  readonly folder: string;
  readonly classpath: string;
  readonly watchdog: WatchdogLink;
  /** JVM options that use, or create, the class archive for a kind of process. */
  readonly archive: (process: ArchivedProcess) => readonly string[];
}
