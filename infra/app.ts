import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { configuredFlows, configuredNames } from './configuration.ts';
import { loadSettings } from './settings.ts';
import { AuditStack } from './stacks/audit-stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const settings = loadSettings(String(app.node.getContext('settings')));
new AuditStack(app, { settings, flows: configuredFlows(settings), names: configuredNames(settings) });
app.synth();
