import { AuditMemory } from '../../shared/audit/audit-memory.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import type { KnownFlow } from '../../shared/domain/history/known-flow.ts';
import { DEFAULT_AUDIT_POLICY } from '../../shared/domain/judge/audit-policy.ts';
import { judgeFlow } from '../../shared/domain/judge/judge-flow.ts';
import { type Flow, flowName } from '../../shared/domain/model/flow.ts';
import type { FlowReport, GroupReport } from '../../shared/domain/model/report.ts';
import { flowAsOf } from '../../shared/survey/survey-as-of.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { SIMULATED_FLOW } from './simulated-flow.ts';
import { type Fault, SimulatedWorld, type WorldStep, type WorldTerms } from './simulated-world.ts';

export const MAX_LOSS = 20n;
const POLICY = { ...DEFAULT_AUDIT_POLICY, maxLossRecords: MAX_LOSS };
const REST_MS = 61_000;

/** One simulated life with the audits in it. */
export interface WholeLife {
  readonly terms: WorldTerms;
  readonly steps: readonly WorldStep[];
}

/** What one audit reported, and the world at that moment. */
export interface AuditedMoment {
  readonly world: SimulatedWorld;
  readonly report: FlowReport;
  /** Where the groups stood, judged from what the audit left for the history. */
  readonly asOf: readonly GroupReport[];
  readonly faults: ReadonlySet<Fault>;
  /** Whether no earlier audit has seen the present source topic. */
  readonly sourceIsUnseen: boolean;
  /** Audits that nothing happened before, since the last step; 0 if something did. */
  readonly atRest: number;
}

/**
 * Audits a life as a deployment does: each audit continues from what the last one keeps. At the end of the life, a few
 * audits follow while nothing happens and nothing fails.
 * @param judge called after each audit; it must not wait, because the world changes afterwards
 */
export async function auditWorld(
  { terms, steps }: WholeLife,
  rests: number,
  judge: (moment: AuditedMoment) => void,
): Promise<SimulatedWorld> {
  const world = new SimulatedWorld(terms);
  const memory = new AuditMemory();
  let rested = 0;
  const audit = async (faults: ReadonlySet<Fault>, atRest: number) => {
    const at = world.mm2.clock + rested;
    const flow: Flow = {
      ...SIMULATED_FLOW,
      isolationLevel: terms.isolation,
      exactlyOnce: world.mm2.exactlyOnce,
      connectOffsets: terms.connect ? SIMULATED_FLOW.connectOffsets : null,
    };
    const config: TidemarkConfig = { clusters: new Map(), flows: [flow], policy: POLICY };
    const { flows } = await runAudit({
      config,
      reader: (alias) => new SimulatedCluster(world, alias === 'A' ? 'source' : 'target', faults, at),
      clock: { now: () => at },
      memory,
    });
    const [report] = flows;
    if (report === undefined) throw new Error('the audit reports no flow');
    const { sourceIsUnseen } = world.mm2;
    world.mm2.audited({
      source: !faults.has('source-log'),
      target: !faults.has('target-log'),
      syncs: !faults.has('syncs'),
    });
    judge({ world, report, asOf: groupsAsOf(flow, memory.of(flowName(flow)).known), faults, atRest, sourceIsUnseen });
  };
  for (const step of steps) {
    if (step.do === 'audit') await audit(new Set(step.faults), 0);
    else world.step(step);
  }
  for (let rest = 1; rest <= rests; rest++) {
    rested += REST_MS;
    await audit(new Set(), rest);
  }
  return world;
}

function groupsAsOf(flow: Flow, known: KnownFlow | null): readonly GroupReport[] {
  if (known === null) return [];
  const { observation, states } = flowAsOf(flow, known);
  return judgeFlow(observation, states, POLICY).groups;
}
