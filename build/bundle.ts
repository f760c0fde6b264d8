import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { libraryFolder } from './third-party.ts';

/** The oldest Node that runs what is bundled: `bin/tidemark.js` asks for it. */
const TARGET = 'node22.18';

/**
 * Compiles the command line with all it needs, in pieces that are loaded when a verb needs them. Names are kept and source
 * maps are beside the files, so that a stack trace can be read.
 */
export async function bundlePackage(root: string, folder: string): Promise<Metafile> {
  rmSync(folder, { recursive: true, force: true });
  const metafile = await bundled({
    absWorkingDir: root,
    entryPoints: { main: 'cli/main.ts' },
    outdir: folder,
    format: 'esm',
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    sourcemap: true,
    sourcesContent: false,
    // Libraries in CommonJS ask for Node's modules with it.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  assertNamesSurvive(metafile);
  dropMapsOfLibraries(root, metafile);
  return metafile;
}

/** The same in one file, which starts by itself: a single executable has no files beside it. */
export async function bundleProgram(root: string, file: string, version: string): Promise<Metafile> {
  const start = `import { main } from './cli/main.ts';\nvoid main(process.argv.slice(2), ${JSON.stringify(version)});`;
  return bundled({
    absWorkingDir: root,
    stdin: { contents: start, resolveDir: root, sourcefile: 'start.ts', loader: 'ts' },
    outfile: file,
    format: 'cjs',
    // In a single executable there is only `require`, and only of Node's own modules.
    supported: { 'dynamic-import': false },
  });
}

async function bundled(options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    bundle: true,
    platform: 'node',
    target: TARGET,
    // As ES modules, libraries load lazily with their names, and what is not used of them is left out.
    mainFields: ['module', 'main'],
    // Libraries are named by their place below node_modules, wherever that is.
    preserveSymlinks: true,
    legalComments: 'none',
    // Blanks are a quarter of the code, and shorter forms save more. Names stay, and the maps tell the lines.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'error',
    metafile: true,
  });
  return metafile;
}

/**
 * A CommonJS library that is imported lazily loses its named exports in a bundle of pieces: `(await import(…)).name` is
 * undefined then. Import it statically in a file of its own, and that file lazily.
 */
function assertNamesSurvive({ outputs }: Metafile): void {
  const nameless = Object.values(outputs).flatMap(({ entryPoint, exports }) =>
    entryPoint !== undefined && exports.length === 1 && exports[0] === 'default' ? [entryPoint] : [],
  );
  if (nameless.length > 0) throw new Error(`imported lazily, but only with a default export: ${nameless.join(', ')}`);
}

/** Removes the source maps of pieces that are mostly libraries: they are large, and nobody looks for a fault there. */
function dropMapsOfLibraries(root: string, { outputs }: Metafile): void {
  for (const [file, { inputs }] of Object.entries(outputs)) {
    if (!file.endsWith('.js') || !isMostlyLibraries(inputs)) continue;
    const path = join(root, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
    rmSync(`${path}.map`);
  }
}

function isMostlyLibraries(inputs: Metafile['outputs'][string]['inputs']): boolean {
  const bytes = (library: boolean): number =>
    Object.entries(inputs)
      .filter(([file]) => (libraryFolder(file) !== null) === library)
      .reduce((total, [, { bytesInOutput }]) => total + bytesInOutput, 0);
  return bytes(true) > bytes(false);
}
