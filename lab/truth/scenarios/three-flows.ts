import { freePorts } from '../../free-port.ts';
import { waitUntilSettled } from '../../mirroring.ts';
import { RecordWriter } from '../../workload/record-writer.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

/** A third flow of the configuration, to a cluster that the audit cannot enter. */
function flowToC(client: Readonly<Record<string, string>>): Record<string, string> {
  return {
    clusters: 'A, B, C',
    'A->C.enabled': 'true',
    'C->A.enabled': 'false',
    'B->C.enabled': 'false',
    'C->B.enabled': 'false',
    ...Object.fromEntries(Object.entries(client).map(([key, value]) => [`C.${key}`, value])),
  };
}

export const threeFlows: LiveScenario = {
  name: 'three-flows',
  title: 'one of three flows is out of reach, or refuses its password: the two others are audited as if alone',
  stage: { mm2: { 'B->A.enabled': 'true' } },
  async play(stage) {
    const { a, b, lab, writer } = stage;
    const back = new RecordWriter(b.admin);
    await a.admin.createTopics({ t: {} });
    await b.admin.createTopics({ u: {} });
    await writer.write('t', 300);
    await back.write('u', 200);
    await a.admin.commitOffsets('g', 't', { 0: 300n });
    await b.admin.commitOffsets('h', 'u', { 0: 200n });
    const mm2 = await stage.startMm2();
    await waitUntilSettled({ source: a, target: b, topic: 't', mm2 });
    await waitUntilSettled({ source: b, target: a, topic: 'u', mm2 });
    await waitUntilAt(b, 'g', 'A.t', 300n);
    await waitUntilAt(a, 'h', 'B.u', 200n);
    const flows = ['A->B', 'B->A'] as const;
    const well = { healthy: true, mm2: 'alive' } as const;
    for (const flow of flows) await stage.moment(`alone, ${flow}`, { ...well, flow });
    const [port] = await freePorts(1);
    const unreachable = flowToC({ 'bootstrap.servers': `127.0.0.1:${port}` });
    for (const flow of flows) {
      await stage.moment(`beside a flow to a closed port, ${flow}`, { ...well, flow, besideFlows: unreachable });
    }
    const c = await lab.startCluster({ alias: 'C', security: { users: { auditor: 'right' } } });
    const login = { listener: 'SASL_PLAINTEXT', mechanism: 'PLAIN', user: 'auditor', password: 'wrong' } as const;
    const refused = flowToC(c.clientPropertiesFor(login));
    for (const flow of flows) {
      await stage.moment(`beside a flow with a wrong password, ${flow}`, { ...well, flow, besideFlows: refused });
    }
  },
};
