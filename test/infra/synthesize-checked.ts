import { type Stack, Validations } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Settings } from '../../infra/settings.ts';
import { templateOf } from './synthesize.ts';

/**
 * The template of `synthesize`, as infra/app.ts makes it: synthesis fails if cdk-nag or CDK's own validation finds a fault.
 * @param also adds to the stack before synthesis
 */
export function synthesizeChecked(
  parts: Partial<Settings> = {},
  flows?: readonly string[],
  also?: (stack: Stack) => void,
): Template {
  return templateOf({
    parts,
    ...(flows && { flows }),
    also: (stack, app) => {
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      also?.(stack);
    },
  });
}
