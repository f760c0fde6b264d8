import { Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { AlarmCleared } from './alarm-cleared.ts';

/** What an alarm does when it changes its state. */
export interface AlarmActions {
  /** For ALARM, and for INSUFFICIENT_DATA where that is no better: nothing is between the alarm and its topic. */
  readonly raised: IAlarmAction;
  /** For OK. */
  readonly cleared: IAlarmAction;
}

export interface AlarmTopicProps {
  readonly emails: readonly string[];
  readonly displayName: string;
  /** The key of another alarm topic, to use it too. If absent, the topic makes one. */
  readonly key?: IKey;
  /** Receives events of alarms that are over and could not be published. */
  readonly failures: IQueue;
}

/** The topic to which alarms publish. It is encrypted, and only CloudWatch in this account may publish to it. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  readonly actions: AlarmActions;
  /** The key of its messages. */
  readonly key: IKey;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };

    const key = props.key ?? this.#createKey(cloudWatch, ofThisAccount);
    this.topic = new Topic(this, 'Topic', { displayName: props.displayName, masterKey: key, enforceSSL: true });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
    for (const email of props.emails) this.topic.addSubscription(new EmailSubscription(email));
    this.key = key;
    const { topic } = this;
    const cleared = new AlarmCleared(this, 'Cleared', { topic, key, failures: props.failures });
    this.actions = { raised: new SnsAction(topic), cleared: cleared.action };
  }

  #createKey(cloudWatch: ServicePrincipal, ofThisAccount: Record<string, Record<string, string>>): IKey {
    // Alarms cannot publish to a topic under the key aws/sns, because its key policy cannot be changed.
    const key = new Key(this, 'Key', { description: 'Tidemark: messages of the alarm topic', enableKeyRotation: true });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: ofThisAccount,
      }),
    );
    return key;
  }
}
