/**
 * Types of resources that moto 5.2.5 does not make of a template: found by creating the stack, and in moto's source. What they
 * mean is tested elsewhere: alarms by `lab/alarms/`, the schedule by `lab/local/`, policies and rules by `test/infra/`.
 */
export const NOT_MADE: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'makes no alarms of a template; npm run drill:alarms evaluates them',
  'AWS::CloudWatch::CompositeAlarm': 'is not asked for them, because they refer to the alarms',
  'AWS::CloudWatch::AlarmMuteRule': 'does not know mute rules',
  'AWS::CloudWatch::Dashboard': 'is not asked for it, because it refers to the alarms',
  'AWS::Scheduler::Schedule': 'makes no schedules of a template; npm run local plays it',
  'AWS::Lambda::EventInvokeConfig': 'makes no invocation settings of a template',
  'AWS::SQS::QueuePolicy': 'makes no policies of queues of a template',
  'AWS::S3::BucketPolicy': 'makes no policies of buckets of a template',
  'AWS::SNS::Subscription': 'makes no subscriptions of a template; people confirm theirs',
  'AWS::SNS::TopicPolicy': 'makes no policies of topics of a template',
};

/** Of these, what has to be left out of the template: with a reference to an alarm moto refuses all of it. */
export const REFUSED: readonly string[] = ['AWS::CloudWatch::Dashboard', 'AWS::CloudWatch::CompositeAlarm'];
