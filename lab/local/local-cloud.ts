import { CreateTableCommand, DeleteTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { AlarmBoard, type AlarmEvent } from '../alarms/alarm-board.ts';
import type { AlarmDefinition, MetricAlarm } from '../alarms/alarm-definition.ts';
import { type AlarmState, breaches, evaluationRange } from '../alarms/alarm-state.ts';
import { type MetricSamples, MetricStore } from '../alarms/metric-store.ts';
import { type AlarmHistoryItem, type CloudWatchEndpoint, startCloudWatchEndpoint } from '../cloudwatch-endpoint.ts';
import { DynamoDbLocal } from '../dynamodb-local.ts';
import { type EventsEndpoint, type ReceivedEvent, startEventsEndpoint } from '../events-endpoint.ts';
import { type SecretsEndpoint, startSecretsEndpoint } from '../secrets-endpoint.ts';
import { type PublishedMessage, type SnsEndpoint, startSnsEndpoint } from '../sns-endpoint.ts';
import { alarmActionEvent, alarmHistoryItem, type LeftState } from './alarm-action-event.ts';
import { alarmNotification } from './alarm-notification.ts';
import { matchesPattern } from './event-pattern.ts';
import { type Invocation, LocalFunction } from './local-function.ts';
import type { Stack, StackRule } from './stack-template.ts';

/** DynamoDB Local separates tables by Region and access key: these are those of `DynamoDbLocal`. */
const CREDENTIALS = { AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' } as const;

/** Lambda waits one minute before its second attempt, and two before the third (Lambda Developer Guide). */
const RETRY_AFTER_MINUTES = [1, 2];

/** What happened in one minute. */
export interface Minute {
  /** The first one is 1. */
  readonly minute: number;
  readonly audits: readonly Invocation[];
  readonly alarms: readonly AlarmEvent[];
  /** What alarms published, by themselves or through the functions of their actions. */
  readonly notifications: readonly PublishedMessage[];
  /** What functions published: pages for findings. */
  readonly pages: readonly PublishedMessage[];
  /** The samples of metrics that were published. */
  readonly metrics: readonly MetricSamples[];
}

interface Delivery {
  readonly function: LocalFunction;
  readonly event: unknown;
  attempts: number;
  dueMinute: number;
}

/**
 * A stack on a laptop: its bundles in processes of their own, DynamoDB Local, and endpoints of the other services. Time
 * is counted in minutes, one per invocation of the schedule, however long they really take. A datapoint belongs to the
 * minute that had begun when it was stamped. So the functions run as deployed, with the clock of the machine.
 */
export class LocalCloud implements AsyncDisposable {
  readonly stack: Stack;
  readonly secrets: SecretsEndpoint;
  readonly dynamoDb: DynamoDbLocal;
  readonly #cloudWatch: CloudWatchEndpoint;
  readonly #events: EventsEndpoint;
  readonly #sns: SnsEndpoint;
  readonly #functions: ReadonlyMap<string, LocalFunction>;
  readonly #metrics = new MetricStore();
  readonly #board: AlarmBoard;
  /** When each minute began, ms since the epoch. */
  readonly #begins: number[] = [];
  readonly #queues = new Map<string, unknown[]>();
  /** By the name of an alarm: the changes of its state, newest first. */
  readonly #alarmHistory = new Map<string, AlarmHistoryItem[]>();
  /** By the name of an alarm: the state that it is in now. */
  readonly #states = new Map<string, LeftState>();
  readonly #created = Date.now();
  #deliveries: Delivery[] = [];
  #routed = 0;
  #isScheduled = true;

  private constructor(
    stack: Stack,
    parts: {
      readonly cloudWatch: CloudWatchEndpoint;
      readonly events: EventsEndpoint;
      readonly secrets: SecretsEndpoint;
      readonly sns: SnsEndpoint;
      readonly dynamoDb: DynamoDbLocal;
    },
  ) {
    this.stack = stack;
    this.secrets = parts.secrets;
    this.dynamoDb = parts.dynamoDb;
    this.#cloudWatch = parts.cloudWatch;
    this.#events = parts.events;
    this.#sns = parts.sns;
    this.#board = new AlarmBoard(stack.alarms);
    parts.cloudWatch.answerHistory((name) => this.#alarmHistory.get(name) ?? []);
    const environment = {
      ...CREDENTIALS,
      AWS_ENDPOINT_URL_CLOUDWATCH: parts.cloudWatch.url,
      AWS_ENDPOINT_URL_EVENTBRIDGE: parts.events.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: parts.secrets.url,
      AWS_ENDPOINT_URL_SNS: parts.sns.url,
      AWS_ENDPOINT_URL_DYNAMODB: parts.dynamoDb.endpoint,
    };
    this.#functions = new Map(stack.functions.map((one) => [one.id, new LocalFunction(one, environment)]));
  }

  static async start(stack: Stack): Promise<LocalCloud> {
    const dynamoDb = await DynamoDbLocal.start();
    const [cloudWatch, events, secrets, sns] = await Promise.all([
      startCloudWatchEndpoint(),
      startEventsEndpoint(),
      startSecretsEndpoint(),
      startSnsEndpoint(),
    ]);
    const cloud = new LocalCloud(stack, { cloudWatch, events, secrets, sns, dynamoDb });
    await cloud.createTables();
    return cloud;
  }

  /** The functions that the schedule invokes. */
  get scheduled(): readonly LocalFunction[] {
    return this.stack.schedules.map(({ function: id }) => this.#function(id));
  }

  /** The newest output of all functions. */
  get log(): string {
    return [...this.#functions.values()].map(({ log }) => log).join('');
  }

  /** What the event bus accepted, in order. */
  get events(): readonly ReceivedEvent[] {
    return this.#events.events;
  }

  /** For an AWS client on this machine, such as the command line. */
  get clientEnvironment(): Readonly<Record<string, string>> {
    return { ...CREDENTIALS, AWS_ENDPOINT_URL_DYNAMODB: this.dynamoDb.endpoint };
  }

  stateOf(alarm: AlarmDefinition): AlarmState {
    return this.#board.stateOf(alarm);
  }

  /** Whether the newest minute of its metric is beyond the alarm's limit. */
  isBreaching(alarm: MetricAlarm): boolean {
    const value = this.#metrics.datapoint(this.#begins.length, alarm);
    return value !== null && breaches(alarm, value);
  }

  /** Creates the tables of the template, empty. */
  async createTables(): Promise<void> {
    const client = this.dynamoDb.client();
    try {
      for (const [TableName, { TimeToLiveSpecification, ...table }] of this.stack.tables) {
        await client.send(new CreateTableCommand({ TableName, ...table }));
        await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      }
    } finally {
      client.destroy();
    }
  }

  async deleteTables(): Promise<void> {
    const client = this.dynamoDb.client();
    try {
      for (const TableName of this.stack.tables.keys()) await client.send(new DeleteTableCommand({ TableName }));
    } finally {
      client.destroy();
    }
  }

  /** Disables the schedules, or enables them again. */
  schedule(isScheduled: boolean): void {
    this.#isScheduled = isScheduled;
  }

  /** `aws sqs purge-queue`, of every queue. */
  purgeQueues(): void {
    for (const messages of this.#queues.values()) messages.length = 0;
  }

  /** Plays one minute: the schedule, then the events of findings, then the evaluation of every alarm. */
  async playMinute(): Promise<Minute> {
    const minute = this.#begins.push(Date.now());
    const audits = this.#isScheduled ? await Promise.all(this.stack.schedules.map((one) => this.#onSchedule(one))) : [];
    this.#route();
    await this.#deliver(minute);
    const metrics = this.#collectMetrics(minute);
    const alarms = this.#board.evaluate(minute, this.#metrics);
    const pages = this.#sns.take();
    const notifications: PublishedMessage[] = [];
    for (const event of alarms) notifications.push(...(await this.#act(event)));
    return { minute, audits, alarms, notifications, pages, metrics };
  }

  /** Takes the actions of an alarm: publishes to topics, and invokes functions. */
  async #act(event: AlarmEvent): Promise<readonly PublishedMessage[]> {
    const { alarm, to, actions } = event;
    const at = Date.now();
    const before = this.#states.get(alarm.AlarmName) ?? { state: 'INSUFFICIENT_DATA', since: this.#created };
    this.#states.set(alarm.AlarmName, { state: to, since: at });
    if (event.kind === 'change') {
      const items = this.#alarmHistory.get(alarm.AlarmName) ?? [];
      this.#alarmHistory.set(alarm.AlarmName, [alarmHistoryItem(event.from, to, at), ...items]);
    }
    const published = [];
    for (const action of actions) {
      const called = this.#functions.get(action);
      if (called === undefined) {
        published.push(alarmNotification(event, action));
        continue;
      }
      const { error } = await this.#invoke(called, alarmActionEvent(event, before, at));
      if (error !== null) throw new Error(`the action of ${alarm.AlarmName} failed: ${error}`);
      published.push(...this.#sns.take());
    }
    return published;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#functions.values()].map((one) => one.stop()));
    await Promise.all([this.#cloudWatch.close(), this.#events.close(), this.secrets.close(), this.#sns.close()]);
    await this.dynamoDb.stop();
  }

  async #onSchedule({ function: id, input }: Stack['schedules'][number]): Promise<Invocation> {
    const called = this.#function(id);
    const filled = input
      .replaceAll('<aws.scheduler.scheduled-time>', new Date().toISOString())
      .replaceAll('<aws.scheduler.execution-id>', crypto.randomUUID());
    if (called.definition.retries > 0) throw new Error('the schedule is played without further attempts');
    return await this.#invoke(called, JSON.parse(filled));
  }

  async #invoke(called: LocalFunction, event: unknown, isLast = true): Promise<Invocation> {
    const invocation = await called.invoke(event);
    this.#publish('AWS/Lambda', 'Duration', 'FunctionName', called.definition.id, invocation.durationMs);
    const { failures } = called.definition;
    if (invocation.error !== null && isLast && failures !== null) {
      const waiting = this.#queues.get(failures) ?? [];
      waiting.push({ requestPayload: event, responsePayload: { errorMessage: invocation.error } });
      this.#queues.set(failures, waiting);
    }
    return invocation;
  }

  /** Gives new events to the functions of the rules that they match. */
  #route(): void {
    const fresh = this.#events.events.slice(this.#routed);
    this.#routed += fresh.length;
    for (const received of fresh) {
      const event = busEvent(received);
      const matching = this.stack.rules.filter(({ pattern }) => matchesPattern(pattern, event));
      for (const id of matching.flatMap((rule: StackRule) => rule.functions)) {
        this.#deliveries.push({ function: this.#function(id), event, attempts: 0, dueMinute: 0 });
      }
    }
  }

  async #deliver(minute: number): Promise<void> {
    const waiting: Delivery[] = [];
    for (const delivery of this.#deliveries) {
      if (delivery.dueMinute > minute) {
        waiting.push(delivery);
        continue;
      }
      delivery.attempts++;
      const isLast = delivery.attempts > delivery.function.definition.retries;
      const { error } = await this.#invoke(delivery.function, delivery.event, isLast);
      if (error === null || isLast) continue;
      delivery.dueMinute = minute + (RETRY_AFTER_MINUTES[delivery.attempts - 1] ?? 2);
      waiting.push(delivery);
    }
    this.#deliveries = waiting;
  }

  #collectMetrics(minute: number): readonly MetricSamples[] {
    const published = this.#cloudWatch.data;
    for (const datum of published) this.#metrics.add(this.#minuteOf(datum.Timestamp * 1_000), [datum]);
    this.#cloudWatch.forget();
    // SQS counts only queues that somebody uses.
    for (const [id, { length }] of this.#queues) {
      this.#publish('AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', id, length);
    }
    const ranges = this.stack.alarms.map((alarm) => (alarm.kind === 'metric' ? evaluationRange(alarm) : 0));
    this.#metrics.forgetBefore(minute - Math.max(0, ...ranges));
    return published;
  }

  #minuteOf(at: number): number {
    return this.#begins.findLastIndex((begin) => begin <= at + 1) + 1;
  }

  #publish(Namespace: string, MetricName: string, Name: string, Value: string, value: number): void {
    const samples: MetricSamples = {
      Namespace,
      MetricName,
      Dimensions: [{ Name, Value }],
      Values: [value],
      Counts: [1],
    };
    this.#metrics.add(this.#begins.length, [samples]);
  }

  #function(id: string): LocalFunction {
    const found = this.#functions.get(id);
    if (found === undefined) throw new Error(`the stack has no function ${id}`);
    return found;
  }
}

/** An event as the bus delivers it. */
function busEvent({ Source, DetailType, Time, Detail }: ReceivedEvent): Readonly<Record<string, unknown>> {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: '111122223333',
    time: new Date(Time * 1_000).toISOString(),
    region: 'local',
    resources: [],
    detail: Detail,
  };
}
