import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { configuredFlows, configuredSwitches } from './configuration.ts';
import { loadSettings } from './settings.ts';
import { AuditStack } from './stacks/audit-stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const settings = loadSettings(String(app.node.getContext('settings')));
new AuditStack(app, { settings, flows: configuredFlows(settings), switches: configuredSwitches(settings) });
app.synth();
