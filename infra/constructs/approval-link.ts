import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { APPROVAL_LINK_ENVIRONMENT } from '../../shared/contract/environment.ts';
import type { Settings } from '../settings.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { bundledHandler } from './bundled-handler.ts';
import type { FailoverFunction } from './failover-functions.ts';
import type { HistoryTable } from './history-table.ts';
import { grantSecrets } from './secret-access.ts';

export type ApprovalLinkProps = Pick<Settings, 'deployment' | 'pages' | 'secretKeyArns'> & {
  readonly history: HistoryTable;
  /** Sends the mails. */
  readonly onCall: AlarmTopic;
};

/** Who asks more often than this at once waits, or gets no answer. */
const AT_ONCE = 2;
const TIMEOUT = Duration.seconds(30);

/**
 * The function that sends approvers a link, and the page where the link leads, which is on the Internet. Both run outside any
 * VPC, and have no access to Kafka or to its secrets.
 */
export class ApprovalLink extends Construct {
  /** Asks for an approval. */
  readonly asking: FailoverFunction;
  readonly #pageRole: Role;

  constructor(scope: Construct, id: string, props: ApprovalLinkProps) {
    super(scope, id);
    const { history, onCall, deployment, pages, secretKeyArns } = props;
    const key = new Secret(this, 'Key', {
      description: 'Tidemark: signs links that approve failovers',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const reason =
      'A link lasts as long as an approval, a day at most. A new value ends all links; nothing else knows the old one.';
    Validations.of(key).acknowledge({ id: 'AwsSolutions-SMG4', reason });
    const create = (name: string, folder: 'failover-ask' | 'failover-approval', what: string) => {
      const logGroup = new LogGroup(this, `${name}Log`, {
        retention: RetentionDays.SIX_MONTHS,
        removalPolicy: RemovalPolicy.RETAIN,
      });
      const role = new Role(this, `${name}Role`, {
        description: what,
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      });
      logGroup.grantWrite(role);
      history.grantApprovals(role);
      role.addToPolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [key.secretArn] }));
      const lambda = new NodejsFunction(this, name, {
        description: `Tidemark: ${what}`,
        ...bundledHandler(folder),
        memorySize: 256,
        timeout: TIMEOUT,
        role,
        logGroup,
        ...(folder === 'failover-approval' && { reservedConcurrentExecutions: AT_ONCE }),
      });
      lambda.addEnvironment(APPROVAL_LINK_ENVIRONMENT.serviceName, `tidemark-${folder}`);
      lambda.addEnvironment(APPROVAL_LINK_ENVIRONMENT.historyTable, history.table.tableName);
      lambda.addEnvironment(APPROVAL_LINK_ENVIRONMENT.key, key.secretArn);
      return { lambda, role };
    };

    const page = create('Page', 'failover-approval', 'approves or rejects a failover by the form of a link');
    this.#pageRole = page.role;
    const { url } = page.lambda.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });

    const { lambda, role } = create('Ask', 'failover-ask', 'sends approvers of a failover a link');
    const urls = { ...(pages?.slack && { slack: pages.slack }), ...(pages?.webhook && { webhook: pages.webhook }) };
    lambda.addEnvironment(APPROVAL_LINK_ENVIRONMENT.deployment, deployment.name);
    lambda.addEnvironment(APPROVAL_LINK_ENVIRONMENT.page, url);
    lambda.addEnvironment(APPROVAL_LINK_ENVIRONMENT.secrets, JSON.stringify(urls));
    lambda.addEnvironment(APPROVAL_LINK_ENVIRONMENT.mailTopic, onCall.topic.topicArn);
    grantSecrets(role, Object.values(urls), Object.keys(urls).length > 0 ? secretKeyArns : []);
    role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [onCall.topic.topicArn] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [onCall.key.keyArn] }),
    );
    this.asking = { function: lambda, timeout: TIMEOUT };
  }

  /** Lets the page answer these state machines. A policy of its own: they invoke the function that knows where the page is. */
  answers(stateMachineArns: readonly string[]): void {
    const answering = new PolicyStatement({
      actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
      resources: [...stateMachineArns],
    });
    new Policy(this, 'Answers', { statements: [answering], roles: [this.#pageRole] });
  }
}
