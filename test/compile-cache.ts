import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * For the environment of Node processes that a test starts many times: they keep the compiled code of their modules, which
 * is most of what a start costs. The folder is Node's own for this.
 */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') } as const;
