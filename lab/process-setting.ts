import type { ArchivedProcess } from './class-archive.ts';
import type { WatchdogLink } from './watchdog-link.ts';

/** What every process of a lab shares. */
export interface ProcessSetting {
  /** The lab's folder; each process makes one of its own in it. */
  readonly folder: string;
  readonly classpath: string;
  readonly watchdog: WatchdogLink;
  /** JVM options that use (or make) the class archive of a kind of process. */
  readonly archive: (process: ArchivedProcess) => readonly string[];
}
