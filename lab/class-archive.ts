import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hash, run } from './maven-classpath.ts';
import { requireTool } from './required-tool.ts';

/** Kinds of processes; each kind loads different classes. */
export type ArchivedProcess = 'broker' | 'mm2' | 'agent';

/** The folder with the archives for a class path and this machine's Java. */
export function archiveFolder(cache: string, classpath: string): string {
  return join(cache, `archives-${hash(classpath + requireTool('java'))}`);
}

const PREPARE = fileURLToPath(new URL('prepare.ts', import.meta.url));

/**
 * Makes the archives for a class path if there are none: a lab without them needs 40 % more CPU time to start. A process
 * of its own makes them, because making them takes a lab.
 */
export async function provideArchives(cache: string, classpath: string): Promise<void> {
  if (existsSync(archiveFolder(cache, classpath))) return;
  await run(process.execPath, [PREPARE, cache], 'LAB_ARCHIVES_FAILED');
}

/**
 * Class archives (JEP 350) save a second of CPU time at every JVM start, because classes are loaded parsed and verified
 * from a file. A JVM ignores an archive that is missing or was made by another JVM.
 */
export function useArchive(folder: string, process: ArchivedProcess): readonly string[] {
  const file = join(folder, `${process}.jsa`);
  return existsSync(file) ? ['-Xshare:auto', `-XX:SharedArchiveFile=${file}`] : ['-Xshare:auto'];
}

/** Makes the process write its loaded classes to an archive when it exits normally. */
export function makeArchive(folder: string, process: ArchivedProcess): readonly string[] {
  return ['-Xshare:auto', `-XX:ArchiveClassesAtExit=${join(folder, `${process}.jsa`)}`];
}
