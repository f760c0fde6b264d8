import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from './maven-classpath.ts';
import { requireTool } from './required-tool.ts';

/** Kinds of processes that load different classes. */
export type ArchivedProcess = 'broker' | 'mm2' | 'agent';

/** Where the archives for a class path and this machine's Java are. */
export function archiveFolder(cache: string, classpath: string): string {
  return join(cache, `archives-${hash(classpath + requireTool('java'))}`);
}

/**
 * Class archives (JEP 350) take a second of CPU time off every JVM's start: its classes come parsed and verified from
 * a file. Using one that is absent or made by another JVM costs nothing.
 */
export function useArchive(folder: string, process: ArchivedProcess): readonly string[] {
  const file = join(folder, `${process}.jsa`);
  return existsSync(file) ? ['-Xshare:auto', `-XX:SharedArchiveFile=${file}`] : ['-Xshare:auto'];
}

/** Writes the classes that a process has loaded when it ends in order. */
export function makeArchive(folder: string, process: ArchivedProcess): readonly string[] {
  return ['-Xshare:auto', `-XX:ArchiveClassesAtExit=${join(folder, `${process}.jsa`)}`];
}
