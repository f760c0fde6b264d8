import { spawnSync } from 'node:child_process';
import { TidemarkError } from '../shared/domain/model/errors.ts';

export type Tool = 'java' | 'javac' | 'mvn' | 'openssl';

const purpose: Record<Tool, string> = {
  java: 'Java 17 or newer',
  javac: 'a Java 17 (or newer) development kit',
  mvn: 'Maven',
  openssl: 'OpenSSL',
};

const packages: Record<Tool, { apt: string; brew: string }> = {
  java: { apt: 'openjdk-17-jdk-headless', brew: 'openjdk@17' },
  javac: { apt: 'openjdk-17-jdk-headless', brew: 'openjdk@17' },
  mvn: { apt: 'maven', brew: 'maven' },
  openssl: { apt: 'openssl', brew: 'openssl' },
};

/** The command that installs a tool on this operating system. */
function installCommand(tool: Tool): string {
  const { apt, brew } = packages[tool];
  return process.platform === 'darwin' ? `brew install ${brew}` : `sudo apt-get install -y ${apt}`;
}

/** The error for a tool that is not on the PATH: one sentence, with the command that installs it. */
export function missingTool(tool: Tool): TidemarkError {
  const command = installCommand(tool);
  return new TidemarkError(
    'LAB_TOOL_MISSING',
    `The lab needs ${purpose[tool]}, and there is no usable "${tool}" on the PATH; install it with: ${command}`,
    { remedy: command },
  );
}

const MINIMUM_JAVA = 17;
const found = new Map<Tool, string>();

/**
 * Checks that a tool can be run, and that Java is new enough for Kafka 4 (KIP-750, KIP-1013). Returns the tool's
 * version output.
 */
export function requireTool(tool: Tool): string {
  const known = found.get(tool);
  if (known !== undefined) return known;
  const result = spawnSync(tool, [tool === 'openssl' ? 'version' : '-version'], { encoding: 'utf8' });
  if (result.error !== undefined || result.status !== 0) throw missingTool(tool);
  const output = `${result.stdout}${result.stderr}`;
  if (tool === 'java' || tool === 'javac') {
    const version = /(?:version "|javac )(?:1\.)?(\d+)/.exec(output)?.[1];
    if (version !== undefined && Number(version) < MINIMUM_JAVA) {
      const command = installCommand(tool);
      throw new TidemarkError(
        'LAB_TOOL_TOO_OLD',
        `The lab needs ${purpose[tool]}, and "${tool}" on the PATH is version ${version}; install it with: ${command}`,
        { remedy: command },
      );
    }
  }
  found.set(tool, output);
  return output;
}
