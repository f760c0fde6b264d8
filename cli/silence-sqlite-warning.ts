/**
 * Node 22 warns on stderr that `node:sqlite` is experimental, at each audit that keeps a history. Its API did not change up to Node 24,
 * where the warning is gone. All other warnings are still printed. Call it before the history is opened.
 */
export function silenceSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).startsWith('SQLite is an experimental feature')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
}
